#pragma once

#include <array>
#include <cstdint>
#include <nugan/export.hpp>

namespace nugan {

/// Turns two random words into two independent normal numbers (Box and Muller, Ann. Math. Stat. 29, 610).
///
///     z = sqrt(-2 ln u) (cos 2 pi v, sin 2 pi v),   u = (w + 1/2) 2^-32
///
/// u is never zero, so |z| stays below 6.8. The bits are the same on every processor.
class NUGAN_EXPORT BoxMuller {
 public:
  /// Of two words with 32 random bits each.
  std::array<float, 2> operator()(std::uint32_t radius, std::uint32_t angle) const;
};

}  // namespace nugan
