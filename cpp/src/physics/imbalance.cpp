#include <algorithm>
#include <cmath>
#include <nugan/imbalance.hpp>

#include "dot.hpp"

namespace nugan {

namespace {

// Angle of -a and b; a right one where either is 0
double angle(const FourMomentum& a, const FourMomentum& b) {
  const double norm = std::sqrt(dot(a, a) * dot(b, b));
  return std::acos(std::clamp(-dot(a, b) / std::max(norm, 1e-12), -1.0, 1.0));
}

}  // namespace

Imbalance imbalance(const FourMomentum& lepton, const FourMomentum& proton, const FourMomentum& neutrino,
                    double target, double left) {
  const double size = std::sqrt(dot(neutrino, neutrino));
  const FourMomentum along{neutrino.x / size, neutrino.y / size, neutrino.z / size};
  const auto across = [&](const FourMomentum& p) {
    const double part = dot(p, along);
    return FourMomentum{p.x - part * along.x, p.y - part * along.y, p.z - part * along.z};
  };
  const FourMomentum one = across(lepton), other = across(proton);
  const FourMomentum sum{one.x + other.x, one.y + other.y, one.z + other.z};
  const double dpt = std::sqrt(dot(sum, sum));
  const double rest = target + dot(lepton, along) + dot(proton, along) - lepton.e - proton.e;
  const double dpl = 0.5 * rest - (left * left + dpt * dpt) / (2 * rest);
  return {.dpt = dpt, .dphit = angle(one, other), .dalphat = angle(one, sum), .pn = std::hypot(dpt, dpl)};
}

}  // namespace nugan
