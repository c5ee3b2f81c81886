#pragma once

#include <nugan/Flux.hpp>
#include <nugan/root/export.hpp>
#include <string>

namespace nugan::root {

/// Reads a flux from "FILE", "FILE:HISTOGRAM" or "FILE:HISTOGRAM;CYCLE", a ROOT file with TH1s or TGraphs, or
/// a table of text.
///
/// @param source   the histogram may be left out where the file has one only, or one flux only that is named
///     for the probe
/// @param units    of the contents, such as "/cm2/1e21POT/50MeV"; empty for those of the axis title
/// @param probe    PDG number of the neutrino
/// @param columns  of a table of text, see read_flux_text; empty for those that its words name
/// @throws Error for no such file, histogram or cycle, more than one that may be meant, no unit, contents
/// that
///     are no flux
NUGAN_ROOT_EXPORT Flux read_flux(const std::string& source, const std::string& units = "", int probe = 0,
                                 const std::string& columns = "");

}  // namespace nugan::root
