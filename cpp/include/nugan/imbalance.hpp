#pragma once

#include <nugan/export.hpp>

namespace nugan {

/// A four-momentum [GeV].
struct FourMomentum {
  double x = 0, y = 0, z = 0, e = 0;
};

/// What a lepton and a proton lack across the neutrino, and the struck neutron's momentum that follows.
struct Imbalance {
  double dpt;      ///< |pT of lepton + proton| [GeV], arXiv:1512.05748
  double dphit;    ///< angle [rad] between -pT of the lepton and pT of the proton
  double dalphat;  ///< angle [rad] between -pT of the lepton and their sum
  double pn;       ///< pN [GeV] if no others leave the nucleus, arXiv:1609.03530
};

/// @param lepton, proton  that leave the nucleus
/// @param neutrino        its momentum; the energy is not used
/// @param target          mass of the nucleus [GeV]
/// @param left            mass of what is left of it without the neutron [GeV]
NUGAN_EXPORT Imbalance imbalance(const FourMomentum& lepton, const FourMomentum& proton,
                                 const FourMomentum& neutrino, double target, double left);

}  // namespace nugan
