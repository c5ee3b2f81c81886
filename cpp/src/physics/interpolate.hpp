#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>

namespace nugan {

/// The second point of the straight line of a table that `at` lies on; those at the ends go on beyond them.
inline std::size_t line_at(std::span<const double> x, double at) {
  const auto above = std::upper_bound(x.begin(), x.end(), at) - x.begin();
  return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(above, 1, std::ssize(x) - 1));
}

/// A table with straight lines between its points, which go on beyond the ends.
inline double interpolate(std::span<const double> x, std::span<const double> y, double at) {
  const auto k = line_at(x, at);
  return y[k - 1] + (y[k] - y[k - 1]) * (at - x[k - 1]) / (x[k] - x[k - 1]);
}

}  // namespace nugan
