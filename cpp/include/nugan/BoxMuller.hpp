#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace nugan {

/// Turns two random words into two independent normal numbers (Box and Muller, Ann. Math. Stat. 29, 610).
///
///     z = sqrt(-2 ln u) (cos 2 pi v, sin 2 pi v),   u = (w + 1/2) 2^-32
///
/// u is never zero, so |z| stays below 6.8.
class BoxMuller {
 public:
  std::array<float, 2> operator()(std::uint32_t radius, std::uint32_t angle) const {
    const float r = std::sqrt(-2.0f * std::log(uniform(radius)));
    const float phi = 2.0f * std::numbers::pi_v<float> * uniform(angle);
    return {r * std::cos(phi), r * std::sin(phi)};
  }

 private:
  static float uniform(std::uint32_t word) { return (static_cast<float>(word) + 0.5f) * 0x1p-32f; }
};

}  // namespace nugan
