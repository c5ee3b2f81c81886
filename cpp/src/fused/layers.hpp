#pragma once

#include "Kernels.hpp"
#include "dense.hpp"
#include "spline.hpp"

namespace nugan {

// The steps of a network one by one, for a lot of tiles: what lies between them is the caller's. Row r of
// tile t begins at x + t * stride + r * tile.

template <class S>
void prepare_inputs(const Lot& lot, const NetworkInput* inputs, int count) {
  using F = typename S::F;
  const F one = S::set(1), two = S::set(2), most = S::set(8), least = S::set(-8);
  for (int t = 0; t < lot.tiles; ++t) {
    float* row = lot.in + t * lot.in_stride;
    for (int i = 0; i < count; ++i, row += tile_events<S>) {
      const NetworkInput& input = inputs[i];
      const F constant = S::set(input.constant), mean = S::set(input.mean), scale = S::set(input.scale);
      for (int half = 0; half < tile_events<S>; half += S::width) {
        F x = S::load(row + half);
        switch (input.kind) {
          case NetworkInput::logarithm:
            x = simd::log<S>(S::add(S::max(x, S::set(0)), constant));
            break;
          case NetworkInput::bounded:
            x = S::div(x, S::add(S::abs(x), constant));
            break;
          case NetworkInput::tangent:
            x = S::sub(S::mul(two, simd::sigmoid<S>(S::mul(two, x))), one);
            break;
          case NetworkInput::plain:
            break;
        }
        S::store(row + half, S::min(S::max(S::mul(S::sub(x, mean), scale), least), most));
      }
    }
  }
}

// One group of outputs for all tiles, then the next: its weights stay in the nearest cache
template <class S, class Finish>
inline void run_groups(const Lot& lot, const PackedDense& layer, const Finish& finish) {
  const float* packed = layer.data;
  const int least = layer.outputs / layer.groups, larger = layer.outputs % layer.groups;
  for (int group = 0, first = 0; group < layer.groups; ++group) {
    const int outputs = least + (group < larger ? 1 : 0);
    for (int t = 0; t < lot.tiles; ++t) {
      auto store = finish(lot.out + t * lot.out_stride);
      dense_group_of<S, S::accumulators>(outputs, packed, layer.inputs, lot.in + t * lot.in_stride, first,
                                         store);
    }
    packed += static_cast<std::int64_t>(outputs) * (1 + layer.inputs);
    first += outputs;
  }
}

template <class S>
void run_layer(const Lot& lot, const PackedDense& layer, bool activate) {
  using F = typename S::F;
  constexpr int tile = tile_events<S>;
  if (activate)
    run_groups<S>(lot, layer, [](float* out) {
      return [out](int o, F low, F high) {
        S::store(out + o * tile, simd::silu<S>(low));
        S::store(out + o * tile + S::width, simd::silu<S>(high));
      };
    });
  else
    run_groups<S>(lot, layer, [](float* out) {
      return [out](int o, F low, F high) {
        S::store(out + o * tile, low);
        S::store(out + o * tile + S::width, high);
      };
    });
}

template <class S>
void run_quantile(const Lot& lot, int bins, const float* uniform) {
  constexpr int tile = tile_events<S>;
  for (int t = 0; t < lot.tiles; ++t)
    for (int half = 0; half < tile; half += S::width)
      S::store(lot.out + t * tile + half, spline_quantile<S, tile>(lot.in + t * lot.in_stride + half, bins,
                                                                   S::load(uniform + t * tile + half)));
}

template <class S>
void run_exponentials(const Lot& lot, int classes) {
  constexpr int tile = tile_events<S>;
  for (int t = 0; t < lot.tiles; ++t)
    for (int half = 0; half < tile; half += S::width)
      S::store(lot.out + t * tile + half, exponentials<S, tile>(lot.in + t * lot.in_stride + half, classes));
}

}  // namespace nugan
