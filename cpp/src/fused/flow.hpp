#pragma once

#include "dense.hpp"
#include "features.hpp"
#include "spline.hpp"

namespace nugan {

/// Dense layers with SiLU between them, from x [inputs, tile] to raw [outputs of the last, tile].
template <class S>
inline void run_layers(const PackedDense* layers, int count, const float* x, float* hidden, float* other,
                       float* raw) {
  using F = typename S::F;
  constexpr int tile = tile_events<S>;
  for (int l = 0; l + 1 < count; ++l) {
    dense<S>(layers[l], x, [=](int o, F low, F high) {
      S::store(hidden + o * tile, simd::silu<S>(low));
      S::store(hidden + o * tile + S::width, simd::silu<S>(high));
    });
    x = hidden;
    float* const swap = hidden;
    hidden = other;
    other = swap;
  }
  dense<S>(layers[count - 1], x, [=](int o, F low, F high) {
    S::store(raw + o * tile, low);
    S::store(raw + o * tile + S::width, high);
  });
}

/// Runs a spline flow over a batch. Scratch: (5 + 2 * width + parameters) * tile floats.
template <class S>
void run_flow(const PackedFlow& net, const Batch& batch) {
  using F = typename S::F;
  constexpr int tile = tile_events<S>;
  constexpr auto nucleon = static_cast<float>(nucleon_mass);
  // energy transfer that makes a Delta of a nucleon at rest, as features.py
  constexpr auto delta_excess =
      static_cast<float>((1.232 * 1.232 - nucleon_mass * nucleon_mass) / (2 * nucleon_mass));
  const EnergyFeatures<S> features(net.phase);
  const F one = S::set(1), minus_one = S::set(-1), two = S::set(2);
  float* const x = batch.scratch;
  float* const hidden = x + 5 * tile;
  float* const other = hidden + static_cast<std::int64_t>(net.width) * tile;
  float* const raw = other + static_cast<std::int64_t>(net.width) * tile;
  const int angle_bins = (net.angle[net.angle_layers - 1].outputs - 1) / 3;
  const int energy_bins = (net.energy[net.energy_layers - 1].outputs - 1) / 3;
  for (int start = 0; start < batch.events; start += tile) {
    for (int half = 0; half < tile; half += S::width) {
      const F enu = S::load(batch.enu + start + half);
      S::store(x + half, features.proxy(enu));
      S::store(x + tile + half, features.logarithm(enu));
    }
    run_layers<S>(net.angle, net.angle_layers, x, hidden, other, raw);
    F angle[2];
    for (int half = 0; half < 2; ++half) {
      const int at = half * S::width;
      const F enu = S::load(batch.enu + start + at);
      const F u = simd::normal_cdf<S>(S::load(batch.latent + start + at));
      const F w = spline_quantile<S, tile>(raw + at, angle_bins, u);
      // 1 - cos theta of theta = pi w²
      const F sine = simd::sine_of_quarter<S>(S::mul(S::set(1.57079633f), S::mul(w, w)));
      const F versine = S::mul(two, S::mul(sine, sine));
      const F recoil = S::div(one, S::fma(S::mul(enu, versine), S::set(1 / nucleon), one));
      const F elastic = S::sqrt(S::add(S::sub(one, recoil), S::set(1e-6f)));
      const F excess = S::sub(one, S::div(S::set(delta_excess), enu));
      const F delta = S::sqrt(S::min(S::max(S::fnma(recoil, excess, one), S::set(1e-6f)), one));
      S::store(x + 2 * tile + at, S::fma(two, w, minus_one));
      S::store(x + 3 * tile + at, S::fma(two, elastic, minus_one));
      S::store(x + 4 * tile + at, S::fma(two, delta, minus_one));
      angle[half] = w;
    }
    run_layers<S>(net.energy, net.energy_layers, x, hidden, other, raw);
    for (int half = 0; half < 2; ++half) {
      const int at = start + half * S::width;
      const F u = simd::normal_cdf<S>(S::load(batch.latent + batch.stride + at));
      const F v = spline_quantile<S, tile>(raw + half * S::width, energy_bins, u);
      store_muon<S>(net.phase, S::load(batch.enu + at), v, angle[half], batch.emu + at, batch.theta + at);
    }
  }
}

}  // namespace nugan
