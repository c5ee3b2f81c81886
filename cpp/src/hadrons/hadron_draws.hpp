#pragma once

#include <limits>
#include <numbers>

namespace nugan {

/// Uniform numbers of an event; from use_step on three for each hadron but the last.
enum HadronUse : int {
  use_mode = 0,
  use_word = 1,
  use_count = 2,
  use_missing_energy = 7,
  use_missing_momentum = 8,
  use_square = 9,
  use_azimuth = 10,
  use_step = 11
};

/// Places among the counted species.
inline constexpr int pi_plus = 0, pi_zero = 1, pi_minus = 2, neutrons = 3, protons = 4;

/// Events that go through a chain together, at most.
inline constexpr int most_lanes = 64;

inline constexpr double two_pi = 2 * std::numbers::pi, infinite = std::numeric_limits<double>::infinity();

/// A number of hadrons as an input of a network.
inline double share_of(double count) {
  return count / (count + 1.5);
}

}  // namespace nugan
