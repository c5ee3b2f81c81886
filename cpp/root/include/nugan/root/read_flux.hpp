#pragma once

#include <nugan/Flux.hpp>
#include <nugan/root/export.hpp>
#include <string>

namespace nugan::root {

/// Reads a flux from "FILE" or "FILE:HISTOGRAM", a ROOT file with TH1s or a table of text.
///
/// @param source  the histogram may be left out where the file has one only, or one flux only that is named
///     for the probe
/// @param units   of the contents, such as "/cm2/1e21POT/50MeV"; empty for those of the axis title
/// @param probe   PDG number of the neutrino
/// @throws Error for no such file or histogram, more than one that may be meant, no unit, contents that are
///     no flux
NUGAN_ROOT_EXPORT Flux read_flux(const std::string& source, const std::string& units = "", int probe = 0);

}  // namespace nugan::root
