#pragma once

#include <nugan/export.hpp>
#include <span>
#include <vector>

namespace nugan {

/// A cross section against energy, straight lines between.
struct CrossSectionTable {
  std::vector<double> enu{};    ///< GeV, rising
  std::vector<double> sigma{};  ///< 1e-38 cm²/nucleon
};

/// The cross section at an energy, of a table with straight lines between its points.
///
/// Beyond the table's ends, where rounding to float may put an energy, it is that of the nearest end.
/// @param enu    rising energies, GeV
/// @param sigma  cross sections there, of the same length, two or more
/// @param at     an energy, GeV
/// @throws Error for other lengths
NUGAN_EXPORT double cross_section_at(std::span<const double> enu, std::span<const double> sigma, double at);

}  // namespace nugan
