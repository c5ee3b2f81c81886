#pragma once

#include <nugan/export.hpp>
#include <string>
#include <utility>
#include <vector>

namespace nugan {

/// PDG number of a neutrino from its name (`numu`, `numubar`) or number.
/// @throws Error for no neutrino
NUGAN_EXPORT int parse_probe(const std::string& text);

/// The flavours of a beam, `numu,nue`, or with the objects of their fluxes in a file, `numu=HIST,nue=HIST`:
/// PDG numbers and those names.
/// @throws Error for no neutrino, one that is there twice, objects of some only
NUGAN_EXPORT std::vector<std::pair<int, std::string>> parse_flavours(const std::string& text);

/// Name of a neutrino, such as "numu"; its PDG number where it is none.
NUGAN_EXPORT std::string probe_name(int pdg);

/// PDG numbers of a target's nuclei and their fractions of its nucleons (sum 1), in the order of the text.
///
/// A nucleus, `Ar40` or its PDG number; an element, `Ar`, whose natural isotopes count as the main one; a
/// molecule, `H2O`; or a mixture of these by mass, `C12=0.9,Ar40=0.1`, where a nucleon weighs 1 u.
/// @throws Error for something else, fractions that are not in (0, 1] or do not add up to 1
NUGAN_EXPORT std::vector<std::pair<int, double>> parse_target(const std::string& text);

/// For messages: "numubar on Ar40", "numu on hydrogen (H1)".
NUGAN_EXPORT std::string probe_on_nucleus(int probe, int target);

/// Name of a nucleus, such as "C12"; its PDG number where it has no name here.
NUGAN_EXPORT std::string nucleus_name(int pdg);

}  // namespace nugan
