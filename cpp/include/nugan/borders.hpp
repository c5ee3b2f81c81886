#pragma once

#include <algorithm>
#include <cmath>
#include <nugan/export.hpp>
#include <vector>

namespace nugan {

/// Whether two borders of bins [GeV] differ by rounding alone.
///
/// That is a part in a million, a few units in the last place of float32 or of a table with six digits, or
/// 1e-9 GeV next to zero.
inline bool same_border(double a, double b) {
  return a == b || std::abs(a - b) <= std::max(1e-9, 1e-6 * std::max(std::abs(a), std::abs(b)));
}

/// `low`, the borders between it and `high` in rising order, and `high`; those that are the same, once.
NUGAN_EXPORT std::vector<double> borders_between(std::vector<double> borders, double low, double high);

}  // namespace nugan
