#pragma once

#include <array>
#include <cstdint>

namespace nugan {

/// Philox4x64-10, the one of NumPy: the same as Philox4x32 with words of 64 bits
/// (doi:10.1145/2063384.2063405).
class Philox4x64 {
 public:
  using Counter = std::array<std::uint64_t, 4>;
  using Key = std::array<std::uint64_t, 2>;

  explicit constexpr Philox4x64(Key key) : key_(key) {}

  constexpr Counter operator()(Counter counter) const {
    Key key = key_;
    for (int round = 0; round < 10; ++round) {
      __extension__ using Wide = unsigned __int128;
      const auto first = static_cast<Wide>(0xD2E7470EE14C6C93) * counter[0];
      const auto second = static_cast<Wide>(0xCA5A826395121157) * counter[2];
      counter = {high(second) ^ counter[1] ^ key[0], static_cast<std::uint64_t>(second),
                 high(first) ^ counter[3] ^ key[1], static_cast<std::uint64_t>(first)};
      key[0] += 0x9E3779B97F4A7C15;  // golden ratio
      key[1] += 0xBB67AE8584CAA73B;  // sqrt(3) - 1
    }
    return counter;
  }

 private:
  template <class Wide>
  static constexpr std::uint64_t high(Wide v) {
    return static_cast<std::uint64_t>(v >> 64);
  }

  Key key_;
};

}  // namespace nugan
