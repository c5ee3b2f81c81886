#pragma once

#include <nugan/imbalance.hpp>

namespace nugan {

/// The product of two momenta, without energies.
inline double dot(const FourMomentum& a, const FourMomentum& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

}  // namespace nugan
