#pragma once

#include <vector>

#include "HadronNetworks.hpp"

namespace nugan {

/// What is left while the hadrons of an event are counted: numbers, and GeV for masses beyond M_N of a
/// baryon.
struct Balance {
  double neutrons, protons, energy;
};

/// Whether the target is a proton, of which nothing can be left.
inline bool is_free(const HadronNetworks& tables) {
  return tables.baryons == 1;
}

/// Whether an interaction mode (QE, RES, DIS, COH, MEC) of a free proton leaves hadrons of so much energy,
/// GeV.
bool allows_mode(const HadronNetworks& tables, int mode, double spare);

/// Energy that an entry of the vocabulary needs, in GeV; infinite where charge and baryon number forbid it.
double energy_of_word(const HadronNetworks& tables, const HadronWord& word);

/// Which counts 0, 1, ... of species j charge, baryon number and energy allow; at least one.
/// @param hadrons  number of those that are there before it
void allow_counts(const HadronNetworks& tables, std::size_t j, const Balance& left, int hadrons,
                  std::vector<char>& allowed);

}  // namespace nugan
