#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace nugan {

// Written without branches, so that loops over it become vectors, and compiled without contraction of
// products and sums, so that every instruction set gives the same bits.

/// ln u for u = (word + 1/2) 2^-32 in float32, to two units in the last place; the largest 128 words round to
/// u = 1.
inline float log_uniform(std::uint32_t word) {
  const float scaled = static_cast<float>(word) + 0.5f;
  std::uint32_t bits;
  std::memcpy(&bits, &scaled, sizeof bits);
  // scaled = 2^k (1 + m) with 1 + m between sqrt(1/2) and sqrt(2)
  const std::int32_t k = static_cast<std::int32_t>(bits - 0x3f3504f3) >> 23;
  const std::uint32_t reduced = bits - (static_cast<std::uint32_t>(k) << 23);
  float mantissa;
  std::memcpy(&mantissa, &reduced, sizeof mantissa);
  const float m = mantissa - 1.0f;
  // minimax polynomial of (ln(1 + m) - m) / m²
  float sum = -0.0762185594f;
  sum = sum * m + 0.129044940f;
  sum = sum * m - 0.132429850f;
  sum = sum * m + 0.141818142f;
  sum = sum * m - 0.166090814f;
  sum = sum * m + 0.200019746f;
  sum = sum * m - 0.250015831f;
  sum = sum * m + 0.333333257f;
  sum = sum * m - 0.499999883f;
  return static_cast<float>(k - 32) * 0.693147181f + (m * m * sum + m);
}

/// Two normal numbers from two words: see BoxMuller.hpp.
inline void box_muller(std::uint32_t radius, std::uint32_t angle, float& one, float& two) {
  const float r = std::sqrt(-2.0f * log_uniform(radius));
  // 2 pi v in quarters of a turn and a rest between -pi/4 and pi/4
  const std::uint32_t quarter = (angle + 0x20000000u) >> 30;
  const auto rest = static_cast<std::int32_t>(angle - (quarter << 30));
  const float x = (static_cast<float>(rest) + 0.5f) * 1.46291807927e-9f;
  const float z = x * x;
  const float sine = x * (0.999999997f + z * (-0.166666507f + z * (0.00833203688f + z * -0.000195040220f)));
  const float cosine = 1.0f - 0.5f * z + z * z * (0.0416666469f + z * (-0.00138873675f + z * 2.44384515e-5f));
  const bool odd = (quarter & 1u) != 0;
  const float c = odd ? sine : cosine, s = odd ? cosine : sine;
  // cos and sin of a quarter turn more: (c, s), (-s, c), (-c, -s), (s, -c)
  one = r * ((((quarter + 1u) & 2u) != 0) ? -c : c);
  two = r * (((quarter & 2u) != 0) ? -s : s);
}

}  // namespace nugan
