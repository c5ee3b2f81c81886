#pragma once

#include <nugan/Flux.hpp>
#include <nugan/export.hpp>
#include <string>
#include <string_view>

namespace nugan {

/// What a user may be told to give as columns.
inline constexpr const char* flux_columns_help =
    "a word for each number of a row, such as low,high,flux or centre,flux or point,numu,-,numubar (- leaves "
    "one "
    "out, a point is one of a curve), or columns by name or number, such as low=E,flux=3";

/// Read a flux from a table of text.
///
/// A row for each bin or point, its numbers apart by blanks, commas, tabs or brackets. The words above the
/// table say what the columns are, as `# E_low [GeV]  E_high [GeV]  flux [/cm2/50MeV/1e21POT]`, and in their
/// brackets the unit (see FluxUnit). Without words, low, high, flux are known by their bins, and of two
/// columns the first is taken as centres or lower edges of bins where only these are possible. Flux::reading
/// says how the table was read.
/// @param path     the file
/// @param units    the unit in the user's words, which stands before what the file says; empty for none
/// @param columns  the columns in the user's words (see flux_columns_help); empty for none
/// @param probe    PDG number of the neutrino, where columns are named for several; 0 where it is not known
/// @throws Error for an unreadable file, lines that are no rows, columns that leave doubts, no unit
NUGAN_EXPORT Flux read_flux_text(const std::string& path, const std::string& units = "",
                                 const std::string& columns = "", int probe = 0);

/// The same of a text in UTF-8.
/// @param text     the table
/// @param path     where it comes from, for messages; its last part is the name of the flux
/// @param units    as of read_flux_text
/// @param columns  as of read_flux_text
/// @param probe    as of read_flux_text
/// @throws Error as read_flux_text does
NUGAN_EXPORT Flux parse_flux_text(std::string_view text, const std::string& path,
                                  const std::string& units = "", const std::string& columns = "",
                                  int probe = 0);

/// A file and the name of an object in it, perhaps with a cycle, or no name.
struct FluxSource {
  std::string path;
  std::string histogram;
};

/// The parts of `FILE`, `FILE:HISTOGRAM` or `FILE:HISTOGRAM;CYCLE`; a colon may be a part of the file's name.
NUGAN_EXPORT FluxSource split_flux_source(const std::string& source);

/// Refuse a histogram's name for a table of text, and columns for a ROOT file.
/// @throws Error
NUGAN_EXPORT void check_flux_source(const FluxSource& source, bool is_root, const std::string& columns);

}  // namespace nugan
