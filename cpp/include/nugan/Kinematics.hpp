#pragma once

#include <array>
#include <nugan/Constants.hpp>
#include <nugan/export.hpp>

namespace nugan {

/// Neutrino energy and total energy of the lepton that leaves [GeV], angle between the two [rad].
struct Kinematics {
  double enu;
  double emu;
  double theta;
};

/// The variables of the networks, each in [-1, 1].
struct Proxies {
  double enu;
  double emu;
  double theta;
};

/// Maps (enu, emu, theta) to the proxies of the networks and back.
///
///     enu'   = 2 (enu - enu_min) / (enu_max - enu_min) - 1
///     emu'   = 2 sqrt(1 - (emu - m) / (enu - s - m)) - 1
///     theta' = 2 sqrt(theta / pi) - 1
///
/// with the lepton's mass m and the energy s that the nucleus always keeps (9.8 MeV in arXiv:2502.20244,
/// 4 MeV in arXiv:2508.12987).
class NUGAN_EXPORT ProxyTransform {
 public:
  /// @param enu_min, enu_max  range of the neutrino energy that maps to [-1, 1], GeV
  /// @param shift             s in GeV
  /// @param mass              m in GeV, see Process::lepton_mass
  ProxyTransform(double enu_min, double enu_max, double shift, double mass);

  /// @throws Error outside of the phase space m <= emu <= enu - s, 0 <= theta <= pi
  Proxies operator()(const Kinematics& event) const;

  /// @throws Error for a proxy outside [-1, 1]
  Kinematics inverse(const Proxies& proxies) const;

 private:
  double enu_min_;
  double enu_max_;
  double shift_;
  double mass_;
};

/// What follows from (enu, emu, theta) for a nucleon at rest, energies and momenta in GeV, Q² and W² in GeV².
struct Observables {
  double p;      ///< momentum of the lepton
  double pz;     ///< its component along the neutrino
  double q2;     ///< Q² = -(k - k')²
  double omega;  ///< energy transfer enu - emu
  double w2;     ///< W² = M² + 2 M omega - Q²
  double w;      ///< W, or undefined_w where W² < 0
  double x;      ///< Bjorken x = Q² / (2 M omega)
  double y;      ///< inelasticity omega / enu
};

/// Momentum [GeV] of a lepton of total energy emu [GeV] and mass m [GeV], exact near threshold:
/// p = sqrt(T (T + 2 m)), T = emu - m. An energy that float32 rounding put below m counts as threshold, p =
/// 0.
NUGAN_EXPORT double lepton_momentum(double emu, double mass);

/// Q² [GeV²] in a form free of cancellation, 2 enu (m² / (emu + p) + 2 p sin²(theta / 2)) - m², which is
/// 2 enu (emu - p cos(theta)) - m² (arXiv:2502.20244, section II).
NUGAN_EXPORT double momentum_transfer_squared(const Kinematics& event, double mass);

/// W² = M² + 2 M omega - Q² [GeV²] for a nucleon at rest.
NUGAN_EXPORT double hadronic_mass_squared(const Kinematics& event, double mass);

/// W [GeV] of W² [GeV²], or undefined_w where that is below 0.
NUGAN_EXPORT double hadronic_mass(double w2);

/// Bjorken x = Q² / (2 M omega) for a nucleon at rest.
NUGAN_EXPORT double bjorken_x(const Kinematics& event, double mass);

/// Coordinates in which the cross sections of two models of a nucleus differ smoothly, each of order one:
/// asinh((W² - M²) / 0.25 GeV²), log(Q² + 0.05 GeV²), log(enu), where M is the nucleon's mass. 0.25 GeV² is
/// about the width of the quasielastic peak in W²; below 0.05 GeV² nothing changes with Q² any more.
/// @param w2   W², GeV²
/// @param q2   Q², GeV²; one below 0, which is rounding, counts as 0
/// @param enu  neutrino energy, GeV, above 0
NUGAN_EXPORT std::array<double, 3> smooth_coordinates(double w2, double q2, double enu);

/// The same of an event.
/// @param event  the kinematics
/// @param mass   of the lepton, GeV
NUGAN_EXPORT std::array<double, 3> smooth_coordinates(const Kinematics& event, double mass);

/// The event at these coordinates; theta is NaN where there is none, in the phase space of a lepton of mass m
/// and energy m <= emu.
/// @param at    as smooth_coordinates() gives them
/// @param mass  m, GeV
NUGAN_EXPORT Kinematics at_smooth_coordinates(const std::array<double, 3>& at, double mass);

/// The observables of one event.
/// @param event  the kinematics
/// @param mass   m, of the lepton, GeV
/// @throws Error where the energy transfer is not above zero, since x has no meaning there
NUGAN_EXPORT Observables observables(const Kinematics& event, double mass);

}  // namespace nugan
