#pragma once

#include <string>

#include "flux_columns.hpp"
#include "flux_parts.hpp"
#include "flux_table.hpp"

namespace nugan {

/// The bins or points of a table.
///
/// Where nothing says what the energies are: centres of bins if the first bin begins at 0 then; lower edges
/// if bins around them would begin below 0; points if they are at unequal distances and the flux is per
/// energy.
/// @param per_energy  whether the flux is per energy, not per bin
/// @param name        of the file, for messages
/// @throws Error for energies that may be one or the other, or not what they are said to be
FluxParts read_bins(const FluxTable& table, const FluxColumns& columns, bool per_energy,
                    const std::string& name);

}  // namespace nugan
