#pragma once

#include "Kernels.hpp"
#include "flow.hpp"
#include "gan.hpp"
#include "layers.hpp"

namespace nugan {

template <class S>
float multiply_add(std::int64_t rounds) {
  constexpr int n = S::accumulators;
  typename S::F low[n], high[n];
#pragma GCC unroll 16
  for (int o = 0; o < n; ++o) {  // all different, or the compiler computes one for all
    low[o] = S::set(static_cast<float>(o));
    high[o] = S::set(static_cast<float>(-1 - o));
  }
  const auto factor = S::set(0.5f), term = S::set(1.0f);
  for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 16
    for (int o = 0; o < n; ++o) {
      low[o] = S::fma(low[o], factor, term);
      high[o] = S::fma(high[o], factor, term);
    }
  }
  auto sum = S::set(0);
#pragma GCC unroll 16
  for (int o = 0; o < n; ++o) sum = S::add(sum, S::add(low[o], high[o]));
  alignas(64) float lanes[S::width];
  S::store(lanes, sum);
  return lanes[0];
}

template <class S>
constexpr Kernels make_kernels() {
  return {.name = S::name,
          .tile = tile_events<S>,
          .accumulators = S::accumulators,
          .draw = draw<S>,
          .gan = run_gan<S>,
          .flow = run_flow<S>,
          .lepton_columns = fill_lepton_columns<S>,
          .inputs = prepare_inputs<S>,
          .layer = run_layer<S>,
          .quantile = run_quantile<S>,
          .exponentials = run_exponentials<S>,
          .weights = corner_weights<S>,
          .multiply_add = multiply_add<S>};
}

}  // namespace nugan
