#pragma once

#include "dense.hpp"
#include "features.hpp"

namespace nugan {

/// Store a block's outputs: layer normalisation, activation, skip connection.
///
/// The packed weights leave the mean over the outputs zero, and hold the scale s of
/// (activation(norm) + x) s where they can: activations of positive numbers times s are s times as large.
template <class S>
inline void finish_block(const PackedBlock& block, typename S::F squares_low, typename S::F squares_high,
                         const float* input, float* output) {
  const auto scale = S::set(block.scale), slope = S::set(block.negative_slope), zero = S::set(0);
  const auto count = S::set(1 / static_cast<float>(block.dense.outputs)), epsilon = S::set(block.epsilon);
  const auto one_over_sigma = [&](auto squares) {
    return S::div(S::set(1), S::sqrt(S::fma(squares, count, epsilon)));
  };
  const typename S::F factor[2] = {one_over_sigma(squares_low), one_over_sigma(squares_high)};
  const bool rectifies = block.negative_slope == 0;
  for (int o = 0; o < block.dense.outputs; ++o) {
    const auto weight = S::set(block.norm_weight[o]), bias = S::set(block.norm_bias[o]);
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      float* at = output + o * tile_events<S> + half * S::width;
      auto y = S::fma(S::mul(S::load(at), factor[half]), weight, bias);
      y = rectifies ? S::max(y, zero) : S::fma(slope, S::min(y, zero), S::max(y, zero));
      if (block.skip) y = S::fma(S::load(input + o * tile_events<S> + half * S::width), scale, y);
      S::store(at, y);
    }
  }
}

/// Runs a GAN's generator over a batch. Scratch: 2 * width * tile floats.
template <class S>
void run_gan(const PackedGan& net, const Batch& batch) {
  using F = typename S::F;
  constexpr int tile = tile_events<S>;
  const EnergyFeatures<S> features(net.phase);
  const int energies = net.log_energy ? 2 : 1;
  for (int start = 0; start < batch.events; start += tile) {
    float* x = batch.scratch;
    float* y = batch.scratch + static_cast<std::int64_t>(net.width) * tile;
    for (int l = 0; l < net.latent_size; ++l)
      for (int half = 0; half < tile; half += S::width)
        S::store(x + l * tile + half, S::load(batch.latent + l * batch.stride + start + half));
    // the energies stand behind the other inputs of every layer
    const auto append_energies = [&](float* rows) {
      for (int half = 0; half < tile; half += S::width) {
        const F enu = S::load(batch.enu + start + half);
        S::store(rows + half, features.proxy(enu));
        if (energies == 2) S::store(rows + tile + half, features.logarithm(enu));
      }
    };
    append_energies(x + net.latent_size * tile);
    for (int b = 0; b < net.count; ++b) {
      const PackedBlock& block = net.blocks[b];
      F squares_low = S::set(0), squares_high = S::set(0);
      dense<S>(block.dense, x, [&](int o, F low, F high) {
        squares_low = S::fma(low, low, squares_low);
        squares_high = S::fma(high, high, squares_high);
        S::store(y + o * tile, low);
        S::store(y + o * tile + S::width, high);
      });
      finish_block<S>(block, squares_low, squares_high, x, y);
      if (b + 1 < net.count && net.blocks[b + 1].conditioned) append_energies(y + block.dense.outputs * tile);
      float* swap = x;
      x = y;
      y = swap;
    }
    F low[2], high[2];
    auto finish = [&](int o, F l, F h) {
      // (tanh x + 1) / 2
      low[o] = simd::sigmoid<S>(S::add(l, l));
      high[o] = simd::sigmoid<S>(S::add(h, h));
    };
    dense_group<S, 2>(net.output.data, net.output.inputs, x, 0, finish);
    const float* enu = batch.enu + start;
    store_muon<S>(net.phase, S::load(enu), low[0], low[1], batch.emu + start, batch.theta + start);
    store_muon<S>(net.phase, S::load(enu + S::width), high[0], high[1], batch.emu + start + S::width,
                  batch.theta + start + S::width);
  }
}

}  // namespace nugan
