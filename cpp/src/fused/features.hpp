#pragma once

#include "../simd/functions.hpp"
#include "Packed.hpp"

namespace nugan {

/// E' and log E' of features.py, both in [-1, 1], of energies in GeV.
template <class S>
struct EnergyFeatures {
  using F = typename S::F;

  explicit EnergyFeatures(const Phase& phase)
      : low(S::set(phase.enu_min)),
        two_over_width(S::set(2 / (phase.enu_max - phase.enu_min))),
        one_over_low(S::set(1 / phase.enu_min)),
        two_over_log(S::div(S::set(2), simd::log<S>(S::set(phase.enu_max / phase.enu_min)))) {}

  F proxy(F enu) const { return S::fma(S::sub(enu, low), two_over_width, S::set(-1)); }
  F logarithm(F enu) const {
    return S::fma(simd::log<S>(S::mul(enu, one_over_low)), two_over_log, S::set(-1));
  }

  F low, two_over_width, one_over_low, two_over_log;
};

/// Energy and angle of the lepton from (E_mu' + 1)/2 and (theta' + 1)/2.
template <class S>
inline void store_muon(const Phase& phase, typename S::F enu, typename S::F v, typename S::F w, float* emu,
                       float* theta) {
  const auto mass = S::set(phase.lepton_mass);
  const auto available = S::sub(enu, S::set(phase.shift + phase.lepton_mass));
  S::store(emu, S::fma(available, S::fnma(v, v, S::set(1)), mass));
  S::store(theta, S::mul(S::set(3.14159265f), S::mul(w, w)));
}

}  // namespace nugan
