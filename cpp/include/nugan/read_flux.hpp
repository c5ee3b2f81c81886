#pragma once

#include <nugan/Flux.hpp>
#include <nugan/export.hpp>
#include <string>
#include <string_view>

namespace nugan {

/// Read a flux from a table of text.
///
/// A row for each bin, its columns apart by blanks, commas, tabs or brackets: lower edge, upper edge, flux;
/// or centre, flux. A number of the row may stand before them. Lines with `#`, and names of columns above the
/// table, may hold the unit (see FluxUnit), as in `# [GeV] [GeV] [/cm2/50MeV/1e21POT]`.
/// @param path   the file
/// @param units  the unit in the user's words, which stands before what the file says; empty for none
/// @throws Error for an unreadable file, rows that are no bins, no unit
NUGAN_EXPORT Flux read_flux_text(const std::string& path, const std::string& units = "");

/// PDG number of the neutrino that a histogram is named for, or 0.
NUGAN_EXPORT int neutrino_in(std::string_view name);

/// PDG number of the neutrino that the histogram of a flux is named for, or 0.
NUGAN_EXPORT int neutrino_in(const Flux& flux);

/// A file and the name of a histogram in it, or no name.
struct FluxSource {
  std::string path;
  std::string histogram;
};

/// The parts of `FILE` or `FILE:HISTOGRAM`; a colon may be a part of the file's name, and the cycle of a
/// histogram, as in `numu;1`, is left out.
NUGAN_EXPORT FluxSource split_flux_source(const std::string& source);

}  // namespace nugan
