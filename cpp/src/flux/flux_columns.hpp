#pragma once

#include <cstddef>
#include <string>

#include "column_words.hpp"
#include "flux_table.hpp"

namespace nugan {

/// Which columns of a table are energies and which is the flux.
struct FluxColumns {
  Role energies = Role::unknown;  ///< low, high, centre, point; energy where nothing says which of these
  bool named = false;             ///< a header names the column of energies
  std::size_t energy = 0;         ///< the column
  std::size_t upper = 0;          ///< that of the bins' upper edges; the same as `energy` where there is none
  std::size_t flux = 0;
  std::string energy_name{};  ///< in the header, with its unit; or empty
  std::string flux_name{};    ///< the same of the flux
  int neutrino = 0;           ///< PDG number that the flux's column is named for, or 0
};

/// The columns of a flux: as the user says, or else as the header does, or else where there is no doubt.
/// @param said   `--flux-columns`, see flux_columns_help; empty for none
/// @param probe  PDG number of the neutrino whose column is wanted; 0 where it is not known
/// @param name   of the file, for messages
/// @throws Error for columns that are not there, or that may be one or the other
FluxColumns choose_columns(const FluxTable& table, const std::string& said, int probe,
                           const std::string& name);

}  // namespace nugan
