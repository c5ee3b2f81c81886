#include <algorithm>
#include <cmath>
#include <limits>
#include <nugan/Constants.hpp>
#include <nugan/Error.hpp>
#include <nugan/Kinematics.hpp>
#include <numbers>

#include "../text/message.hpp"

namespace nugan {

namespace {

// float32 columns may lie half a unit in the last place beyond the edges of the phase space
constexpr double float_slack = std::numeric_limits<float>::epsilon();

constexpr double w2_unit = 0.25, q2_unit = 0.05;  // GeV², of smooth coordinates

double square(double v) {
  return v * v;
}

}  // namespace

ProxyTransform::ProxyTransform(double enu_min, double enu_max, double shift, double mass)
    : enu_min_(enu_min), enu_max_(enu_max), shift_(shift), mass_(mass) {
  if (!(enu_min < enu_max))
    throw Error(message("energy range ", enu_min, " to ", enu_max, " GeV: expected low < high"));
  if (!(shift >= 0)) throw Error(message("shift = ", shift, " GeV: expected at least 0"));
}

Proxies ProxyTransform::operator()(const Kinematics& event) const {
  const double available = event.enu - shift_ - mass_;
  const double fraction = 1 - (event.emu - mass_) / available;
  const double slack = float_slack * (event.enu + mass_) / available;
  if (!(available > 0 && fraction >= -slack && fraction <= 1 + slack))
    throw Error(message("emu = ", event.emu, " GeV at enu = ", event.enu,
                        " GeV: expected between the lepton's mass and enu - ", shift_, " GeV"));
  if (!(event.theta >= 0 && event.theta <= std::numbers::pi * (1 + float_slack)))
    throw Error(message("theta = ", event.theta, " rad: expected 0 to pi"));
  return {2 * (event.enu - enu_min_) / (enu_max_ - enu_min_) - 1,
          2 * std::sqrt(std::clamp(fraction, 0.0, 1.0)) - 1,
          2 * std::sqrt(std::min(event.theta / std::numbers::pi, 1.0)) - 1};
}

Kinematics ProxyTransform::inverse(const Proxies& proxies) const {
  for (const double v : {proxies.enu, proxies.emu, proxies.theta})
    if (!(std::abs(v) <= 1 + 1e-6)) throw Error(message("proxy = ", v, ": expected -1 to 1"));
  const double enu = enu_min_ + 0.5 * (proxies.enu + 1) * (enu_max_ - enu_min_);
  const double available = enu - shift_ - mass_;
  return {enu, mass_ + available * (1 - square(0.5 * (proxies.emu + 1))),
          std::numbers::pi * square(0.5 * (proxies.theta + 1))};
}

double lepton_momentum(double emu, double mass) {
  const double kinetic = std::max(emu - mass, 0.0);
  return std::sqrt(kinetic * (kinetic + 2 * mass));
}

double momentum_transfer_squared(const Kinematics& event, double mass) {
  const double p = lepton_momentum(event.emu, mass);
  const double energy_minus_pz = square(mass) / (event.emu + p) + 2 * p * square(std::sin(0.5 * event.theta));
  return 2 * event.enu * energy_minus_pz - square(mass);
}

namespace {

double hadronic_mass_squared_at(const Kinematics& event, double q2) {
  return square(nucleon_mass) + 2 * nucleon_mass * (event.enu - event.emu) - q2;
}

}  // namespace

double hadronic_mass_squared(const Kinematics& event, double mass) {
  return hadronic_mass_squared_at(event, momentum_transfer_squared(event, mass));
}

double hadronic_mass(double w2) {
  return w2 >= 0 ? std::sqrt(w2) : undefined_w;
}

double bjorken_x(const Kinematics& event, double mass) {
  return momentum_transfer_squared(event, mass) / (2 * nucleon_mass * (event.enu - event.emu));
}

std::array<double, 3> smooth_coordinates(double w2, double q2, double enu) {
  return {std::asinh((w2 - square(nucleon_mass)) / w2_unit), std::log(std::max(q2, 0.0) + q2_unit),
          std::log(enu)};
}

std::array<double, 3> smooth_coordinates(const Kinematics& event, double mass) {
  const double q2 = momentum_transfer_squared(event, mass);
  return smooth_coordinates(hadronic_mass_squared_at(event, q2), q2, event.enu);
}

Kinematics at_smooth_coordinates(const std::array<double, 3>& at, double mass) {
  const double excess = w2_unit * std::sinh(at[0]), q2 = std::exp(at[1]) - q2_unit, enu = std::exp(at[2]);
  const double emu = enu - (excess + q2) / (2 * nucleon_mass), p = lepton_momentum(emu, mass);
  // sin²(theta / 2), from momentum_transfer_squared()
  const double s = ((q2 + square(mass)) / (2 * enu) - square(mass) / (emu + p)) / (2 * p);
  const bool physical = emu > mass && s >= 0 && s <= 1;
  return {enu, emu, physical ? 2 * std::asin(std::sqrt(s)) : std::numeric_limits<double>::quiet_NaN()};
}

Observables observables(const Kinematics& event, double mass) {
  Observables o;
  o.p = lepton_momentum(event.emu, mass);
  o.pz = o.p * std::cos(event.theta);
  o.q2 = momentum_transfer_squared(event, mass);
  o.omega = event.enu - event.emu;
  if (!(o.omega > 0))
    throw Error(
        message("emu = ", event.emu, " GeV: expected below the neutrino energy, ", event.enu, " GeV"));
  o.w2 = hadronic_mass_squared_at(event, o.q2);
  o.w = hadronic_mass(o.w2);
  o.x = bjorken_x(event, mass);
  o.y = o.omega / event.enu;
  return o;
}

}  // namespace nugan
