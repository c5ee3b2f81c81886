#pragma once

#include <nugan/FluxUnit.hpp>
#include <optional>
#include <string>
#include <vector>

namespace nugan {

/// How points are read, in Flux::reading.
inline constexpr const char* points_reading = "points joined by straight lines";

/// A flux as it stands in a table, a histogram or a graph, before its units.
struct FluxParts {
  std::vector<double> energies{};  ///< edges [K + 1] of bins or, for points, their energies [K]
  std::vector<double> contents{};  ///< [K]
  std::string name;                ///< of the flux
  bool points = false;             ///< joined by straight lines
  std::string reading = {};        ///< how the energies were read, or empty
  int named_for = 0;               ///< PDG number of a neutrino, or 0
};

/// The unit that the user says or else the one that was found.
/// @param found  in the titles or comments; none where they say none
/// @param where  "the title of its y axis, 'x', has no flux unit", for the message
/// @throws NoUnitError where there is none
FluxUnit choose_flux_unit(const std::string& units, const std::optional<FluxUnit>& found,
                          const std::string& name, const std::string& where);

/// The flux of its parts.
/// @param scale  GeV in the unit of the energies; none where nothing says it
/// @param units  the user's, for messages
/// @throws Error as check(Flux) does; for energies that look like MeV, points per bin
Flux assemble_flux(FluxParts parts, const FluxUnit& unit, std::optional<double> scale,
                   const std::string& units);

}  // namespace nugan
