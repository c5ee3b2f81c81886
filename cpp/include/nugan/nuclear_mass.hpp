#pragma once

#include <nugan/export.hpp>

namespace nugan {

/// Mass [GeV] of a nucleus from its PDG number 10LZZZAAAI: A u + excess - Z m_e.
///
/// Excesses of the neutral atoms are those of the Atomic Mass Evaluation 2020; the binding of the electrons
/// (0.1 MeV in iron) is left out, and for nuclei that are not in the table the excess (0.3 % of lithium, less
/// of heavier stable ones).
NUGAN_EXPORT double nuclear_mass(int pdg);

/// PDG number of a nucleus that is left behind, 10LZZZAAAI; GENIE's 2000000002 where no nucleus has so many
/// protons and nucleons.
NUGAN_EXPORT int remnant_code(int protons, int nucleons);

}  // namespace nugan
