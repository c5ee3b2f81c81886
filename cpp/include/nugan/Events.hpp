#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nugan {

/// Events as columns of equal length, named as in the GENIE gst tree. The neutrino flies along z.
///
/// Energies and momenta in GeV, angles in rad, Q2 in GeV². W is undefined_w where W² < 0.
struct Events {
  std::vector<std::int32_t> iev;  ///< event number
  std::vector<float> Ev;          ///< neutrino energy
  std::vector<float> El;          ///< muon energy
  std::vector<float> pxl;         ///< muon momentum
  std::vector<float> pyl;
  std::vector<float> pzl;
  std::vector<float> pl;      ///< its magnitude
  std::vector<double> cthl;   ///< cosine of the muon angle
  std::vector<float> thetal;  ///< muon angle
  std::vector<float> phil;    ///< muon azimuth, in [-pi, pi]
  std::vector<float> Q2;      ///< four-momentum transfer
  std::vector<float> W;       ///< hadronic mass for a nucleon at rest
  std::vector<float> x;       ///< Bjorken x
  std::vector<float> y;       ///< inelasticity

  std::size_t size() const { return iev.size(); }
};

}  // namespace nugan
