#pragma once

#include <limits>
#include <nugan/export.hpp>
#include <string>
#include <utility>
#include <vector>

namespace nugan {

/// Units of a flux: neutrinos per area and proton on target, or unknown.
inline constexpr const char* per_pot = "cm-2 POT-1";
inline constexpr const char* arbitrary = "arbitrary";  ///< a shape without a normalisation

/// A neutrino flux: a histogram in the energy, constant inside of each bin.
struct NUGAN_EXPORT Flux {
  std::vector<double> edges;     ///< [K + 1], rising, GeV
  std::vector<double> density;   ///< [K], per GeV and in `unit`, at least 0
  std::string unit = arbitrary;  ///< per_pot where the normalisation is known, else arbitrary
  std::string name = "flux";     ///< where it comes from, for messages and output files
  std::string contents = {};     ///< the unit that its source's contents were taken for, or empty
  int named_for = 0;         ///< PDG number of the neutrino that its histogram or column is named for, or 0
  std::string reading = {};  ///< how the energies of a table were read, or empty

  /// The density at an energy [GeV]; 0 outside of the histogram.
  double operator()(double enu) const;

  /// Neutrinos between two energies [GeV], in `unit`.
  double integral(double low = -std::numeric_limits<double>::infinity(),
                  double high = std::numeric_limits<double>::infinity()) const;

  /// Lowest and highest energy [GeV] with a flux above zero.
  std::pair<double, double> filled_range() const;

  /// The part of it between two energies [GeV]; edges that are the same as an end are that end (see
  /// same_border).
  /// @throws Error where nothing is there
  Flux between(double low, double high) const;
};

/// Check the sizes and numbers of a flux.
/// @throws Error for other sizes, edges that do not rise, densities that are negative or not finite, or zero
///     everywhere
NUGAN_EXPORT void check(const Flux& flux);

/// The flux with one edge in place of several that are the same (see same_border); its integral stays.
/// @throws Error as check does; where all edges are the same
NUGAN_EXPORT Flux without_slivers(Flux flux);

/// A line on a flux that is named for another neutrino than the probe (PDG), or nothing.
NUGAN_EXPORT std::string other_neutrino(const Flux& flux, int probe);

}  // namespace nugan
