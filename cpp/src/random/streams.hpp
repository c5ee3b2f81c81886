#pragma once

#include <array>
#include <cstdint>
#include <nugan/Philox4x64.hpp>

namespace nugan {

/// Uniform numbers beside the sampler's own: a function of seed, purpose and event number alone.
/// NumPy has them as numpy.random.Philox(key=(seed, purpose)).
class Stream {
 public:
  enum Purpose : std::uint64_t { vertex = 1, nucleus = 2, exposure = 3, hadrons = 4 };

  constexpr Stream(std::uint64_t seed, std::uint64_t purpose) : philox_({seed, purpose}) {}

  /// Numbers 4 `part` ... 4 `part` + 3 of an event, from [0, 1). NumPy's generator has those of a part at the
  /// counter (event, part, 0, 0).
  constexpr std::array<double, 4> operator()(std::int64_t event, std::uint64_t part = 0) const {
    std::array<double, 4> u{};
    const auto words = block(event, part);
    for (std::size_t k = 0; k < 4; ++k) u[k] = static_cast<double>(words[k] >> 11) * 0x1p-53;
    return u;
  }

  /// A seed for the sampler that has nothing to do with this one's.
  constexpr std::uint64_t another_seed() const { return block(0)[0]; }

 private:
  // NumPy raises the counter before it draws
  constexpr Philox4x64::Counter block(std::int64_t event, std::uint64_t part = 0) const {
    return philox_({static_cast<std::uint64_t>(event) + 1, part, 0, 0});
  }

  Philox4x64 philox_;
};

}  // namespace nugan
