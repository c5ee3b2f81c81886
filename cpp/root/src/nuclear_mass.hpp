#pragma once

#include <map>

namespace nugan::root {

/// Mass [GeV] of a nucleus from its PDG number 10LZZZAAAI: A u + excess - Z m_e.
///
/// Excesses of the neutral atoms are those of the Atomic Mass Evaluation 2020; the binding of the electrons
/// (0.1 MeV in iron) is left out, and for other nuclei the excess (0.3 % of lithium, less of heavier ones).
inline double nuclear_mass(int pdg) {
  constexpr double atomic_mass = 0.93149410242, electron_mass = 0.00051099895;
  static const std::map<int, double> excess = {
      {1000010010, 7.289e-3},   {1000010020, 13.136e-3},  {1000020040, 2.425e-3},   {1000060130, 3.125e-3},
      {1000070140, 2.863e-3},   {1000080160, -4.737e-3},  {1000130270, -17.197e-3}, {1000140280, -21.493e-3},
      {1000180400, -35.040e-3}, {1000200400, -34.846e-3}, {1000220480, -48.493e-3}, {1000260560, -60.607e-3},
      {1000290630, -65.579e-3}, {1000822080, -21.748e-3}};
  const int z = pdg / 10000 % 1000, a = pdg / 10 % 1000;
  const auto found = excess.find(pdg);
  return a * atomic_mass + (found == excess.end() ? 0 : found->second) - z * electron_mass;
}

}  // namespace nugan::root
