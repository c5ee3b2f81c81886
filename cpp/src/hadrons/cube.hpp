#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

/// The unit cube of the hadrons, from coordinates to energies and momenta; equations in docs/hadrons.md, the
/// same in Python, with their inverses, in hadrons/cube.py. All in GeV.
namespace nugan::cube {

using Vector = std::array<double, 3>;

inline constexpr double tiny = 1e-12, transverse_scale = 0.3, missing_scale = 0.2, least_missing = -0.25,
                        delta_mass = 1.232;

inline double positive(double x) {
  return x > 0 ? x : 0;
}
inline double dot(const Vector& a, const Vector& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
inline double size(const Vector& p) {
  return std::sqrt(dot(p, p));
}
inline Vector minus(const Vector& a, const Vector& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

/// 1/2 + atan((e - centre)/width)/pi, which keeps its digits far below.
inline double arc(double e, double centre, double width) {
  const double x = (e - centre) / width;
  return x < 0 ? std::atan(-1 / x) / std::numbers::pi : 0.5 + std::atan(x) / std::numbers::pi;
}

inline double missing_energy(double unit, double largest, double centre, double width) {
  const double part = std::max(unit * arc(largest, centre, width), 1e-9);
  return std::min(std::max(centre - width / std::tan(std::numbers::pi * part), least_missing), largest);
}

inline double missing_momentum(double unit, double low, double high) {
  const double whole = -std::expm1(-(high - low) / missing_scale);
  return std::min(low - missing_scale * std::log1p(-unit * whole), high);
}

/// P² of hadrons of an energy between bounds, in a coordinate that makes the Delta's mass wide.
class Square {
 public:
  Square(double energy, double low, double high)
      : square_(energy * energy),
        low_(low),
        high_(high),
        most_(arc_of(square_ - low)),
        least_(arc_of(square_ - high)) {}

  /// At a coordinate.
  double operator()(double unit) const {
    const double mass_square = delta_square + width * std::tan(most_ - unit * (most_ - least_));
    return std::min(std::max(square_ - mass_square, low_), high_);
  }

  /// Where a mass lies in the coordinate, which is beyond [0, 1] where it cannot be.
  double place(double mass) const { return (most_ - arc_of(mass * mass)) / std::max(most_ - least_, tiny); }

 private:
  static constexpr double delta_square = delta_mass * delta_mass, width = 0.25;
  static double arc_of(double mass_square) { return std::atan((mass_square - delta_square) / width); }

  double square_, low_, high_, most_, least_;
};

/// Momentum of all hadrons in the frame of q from |q - P| = r, P² and the azimuth.
inline Vector hadron_momentum(double q, double r, double square, double azimuth) {
  const double z = (q * q + square - r * r) / (2 * q);
  const double transverse = std::sqrt(positive(square - z * z));
  return {transverse * std::cos(azimuth), transverse * std::sin(azimuth), z};
}

/// Axes x, y, z of a momentum: z along it, x towards q.
inline std::array<Vector, 3> local_axes(const Vector& p) {
  const double across = std::sqrt(p[0] * p[0] + p[1] * p[1]), length = std::max(size(p), tiny);
  double cos_phi = 1, sin_phi = 0, cosine = 1, sine = 0;
  if (across > tiny) {
    cos_phi = p[0] / across;
    sin_phi = p[1] / across;
  }
  if (length > 1e-11) {
    cosine = p[2] / length;
    sine = across / length;
  }
  return {Vector{-cosine * cos_phi, -cosine * sin_phi, sine}, Vector{sin_phi, -cos_phi, 0},
          Vector{sine * cos_phi, sine * sin_phi, cosine}};
}

/// What is left before a hadron is emitted.
struct Left {
  double energy, momentum;  ///< of all hadrons not yet emitted
  double mass;              ///< of the next one
  double rest;              ///< sum of the masses after it
  int others;               ///< their number
  bool same;                ///< all of them are of its own, counted species
  double before;            ///< energy of the hadron before, if of the same species, else infinite
};

struct Bounds {
  double low, high;
};

/// Of the next hadron's kinetic energy in the laboratory.
inline Bounds kinetic_bounds(const Left& left) {
  const double energy = left.energy, p = left.momentum, m = left.mass, s = left.rest;
  const double mass = std::max(std::sqrt(positive(energy * energy - p * p)), tiny);
  const double star = (mass * mass + (m - s) * (m + s)) / (2 * mass);
  const double momentum =
      std::sqrt(positive((mass - m - s) * (mass + m + s) * (mass - m + s) * (mass + m - s))) / (2 * mass);
  const double gamma = energy / mass, boost = p / mass;
  double high = gamma * star + boost * momentum - m;
  double low = positive(gamma * star - boost * momentum - m);
  if (left.others != 1 && momentum * energy >= star * p) low = 0;
  if (left.same) low = std::max(low, energy / (left.others + 1.0) - m);
  const double ordered = std::min(high, left.before - m);
  if (ordered > low) high = ordered;
  return {low, std::max(high, low)};
}

inline double share(double t, double total, double mass, double rest) {
  const double r = positive(total - t);
  const double a = std::sqrt(t * (t + 2 * mass)), b = std::sqrt(r * (r + 2 * rest));
  return a / std::max(a + b, tiny);
}

/// Kinetic energy of the next hadron at its coordinate.
inline double kinetic(double unit, const Left& left, const Bounds& bounds) {
  const double total = left.energy - left.mass - left.rest;
  const double f_low = share(bounds.low, total, left.mass, left.rest);
  const double f = f_low + unit * (share(bounds.high, total, left.mass, left.rest) - f_low);
  const double f2 = f * f, g2 = (1 - f) * (1 - f);
  // a (1 - f) = b f squared, a quadratic in T
  const double linear = 2 * (left.mass * g2 + f2 * (total + left.rest));
  const double constant = f2 * total * (total + 2 * left.rest);
  const double root = std::sqrt(positive(linear * linear + 4 * (g2 - f2) * constant));
  const double t = 2 * constant / std::max(linear + root, tiny);
  return std::min(std::max(t, bounds.low), bounds.high);
}

/// Largest 1 - cos of the angle to P at momentum p and kinetic energy t; with one hadron left, the angle
/// itself.
inline double opening_bound(double p, double t, const Left& left) {
  const double r = left.energy - left.mass - t;
  const double most = positive((r - left.rest) * (r + left.rest));
  const double product = std::max(2 * left.momentum * p, tiny), difference = left.momentum - p;
  return std::clamp((most - difference * difference) / product, 0.0, 2.0);
}

/// 1 - cos of the angle to P at its coordinate.
inline double opening(double unit, double p, double high) {
  const double ratio = transverse_scale / std::max(p, 1e-6), scale = 0.5 * ratio * ratio;
  const double part = unit * high / (high + scale);
  return std::min(scale * part / std::max(1 - part, tiny), high);
}

/// Momentum of a hadron of size p at 1 - cos and azimuth in local axes.
inline Vector emitted(double p, double y, double azimuth, const std::array<Vector, 3>& axes) {
  const double along = p * (1 - y), across = p * std::sqrt(positive(y * (2 - y)));
  const double x = across * std::cos(azimuth), z = across * std::sin(azimuth);
  Vector result;
  for (std::size_t k = 0; k < 3; ++k) result[k] = x * axes[0][k] + z * axes[1][k] + along * axes[2][k];
  return result;
}

/// Momentum of the first of two photons into which a particle decays, isotropic at rest, for two uniform
/// numbers.
inline Vector first_photon(const Vector& p, double first, double second, double mass) {
  const double cosine = 2 * first - 1, sine = std::sqrt(positive(1 - cosine * cosine));
  const double azimuth = 2 * std::numbers::pi * second, half = 0.5 * mass;
  const Vector rest = {half * sine * std::cos(azimuth), half * sine * std::sin(azimuth), half * cosine};
  const double energy = std::sqrt(dot(p, p) + mass * mass);
  // a boost by P/E of a photon of energy m/2
  const double factor = (dot(rest, p) / (energy + mass) + half) / mass;
  return {rest[0] + factor * p[0], rest[1] + factor * p[1], rest[2] + factor * p[2]};
}

}  // namespace nugan::cube
