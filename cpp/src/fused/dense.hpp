#pragma once

#include "Packed.hpp"

namespace nugan {

/// Rows of two vectors, a number of 2 * width events side by side.
template <class S>
inline constexpr int tile_events = 2 * S::width;

template <class S, int Outputs, class Finish>
inline void dense_group(const float* packed, int inputs, const float* x, int first, Finish& finish) {
  typename S::F low[Outputs], high[Outputs];
#pragma GCC unroll 16
  for (int o = 0; o < Outputs; ++o) low[o] = high[o] = S::set(packed[o]);
  packed += Outputs;
  for (int k = 0; k < inputs; ++k) {
    const auto x_low = S::load(x), x_high = S::load(x + S::width);
    x += tile_events<S>;
#pragma GCC unroll 16
    for (int o = 0; o < Outputs; ++o) {
      const auto weight = S::set(packed[o]);
      low[o] = S::fma(weight, x_low, low[o]);
      high[o] = S::fma(weight, x_high, high[o]);
    }
    packed += Outputs;
  }
#pragma GCC unroll 16
  for (int o = 0; o < Outputs; ++o) finish(first + o, low[o], high[o]);
}

template <class S, int Outputs, class Finish>
inline void dense_group_of(int outputs, const float* packed, int inputs, const float* x, int first,
                           Finish& finish) {
  if (outputs == Outputs)
    dense_group<S, Outputs>(packed, inputs, x, first, finish);
  else if constexpr (Outputs > 1)
    dense_group_of<S, Outputs - 1>(outputs, packed, inputs, x, first, finish);
}

/// One tile through a dense layer: W x + b for x [inputs, 2 * width].
///
/// `finish(output, low, high)` takes the two vectors of each output in turn. The sum of an event runs over
/// the inputs in order, so its bits depend on nothing but the event.
template <class S, class Finish>
inline void dense(const PackedDense& layer, const float* x, Finish finish) {
  const float* packed = layer.data;
  const int least = layer.outputs / layer.groups, larger = layer.outputs % layer.groups;
  for (int group = 0, first = 0; group < layer.groups; ++group) {
    const int outputs = least + (group < larger ? 1 : 0);
    dense_group_of<S, S::accumulators>(outputs, packed, layer.inputs, x, first, finish);
    packed += static_cast<std::int64_t>(outputs) * (1 + layer.inputs);
    first += outputs;
  }
}

}  // namespace nugan
