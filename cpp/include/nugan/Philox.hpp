#pragma once

#include <array>
#include <cstdint>

namespace nugan {

/// Philox4x32-10: maps a counter of 128 bits to 128 random bits, keyed by 64 bits.
///
/// Ten rounds of multiplication, exchange and exclusive or; without state, so that any number can be had in
/// any order. Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11,
/// doi:10.1145/2063384.2063405.
class Philox4x32 {
 public:
  using Counter = std::array<std::uint32_t, 4>;
  using Key = std::array<std::uint32_t, 2>;

  explicit constexpr Philox4x32(Key key) : key_(key) {}

  constexpr Counter operator()(Counter counter) const {
    Key key = key_;
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t first = std::uint64_t{0xD2511F53} * counter[0];
      const std::uint64_t second = std::uint64_t{0xCD9E8D57} * counter[2];
      counter = {high(second) ^ counter[1] ^ key[0], low(second), high(first) ^ counter[3] ^ key[1],
                 low(first)};
      key[0] += 0x9E3779B9;  // golden ratio
      key[1] += 0xBB67AE85;  // sqrt(3) - 1
    }
    return counter;
  }

 private:
  static constexpr std::uint32_t high(std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); }
  static constexpr std::uint32_t low(std::uint64_t v) { return static_cast<std::uint32_t>(v); }

  Key key_;
};

}  // namespace nugan
