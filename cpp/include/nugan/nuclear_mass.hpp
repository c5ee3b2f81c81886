#pragma once

#include <nugan/export.hpp>

namespace nugan {

/// Mass [GeV] of a nucleus from its PDG number 10LZZZAAAI: A u + excess - Z m_e.
///
/// Excesses of the neutral atoms are those of the Atomic Mass Evaluation 2020; the binding of the electrons
/// (0.1 MeV in iron) is left out, and for nuclei that are not in the table the excess (0.3 % of lithium, less
/// of heavier stable ones).
NUGAN_EXPORT double nuclear_mass(int pdg);

}  // namespace nugan
