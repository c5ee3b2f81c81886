#include <map>
#include <nugan/Constants.hpp>
#include <nugan/nuclear_mass.hpp>

namespace nugan {

namespace {

constexpr double atomic_mass = 0.93149410242;

// Mass of the neutral atom less A u, GeV; 0 for carbon 12 by definition
const std::map<int, double> mass_excess = {
    {1000010010, 7.289e-3},   {1000010020, 13.136e-3},  {1000020040, 2.425e-3},   {1000060130, 3.125e-3},
    {1000070140, 2.863e-3},   {1000080160, -4.737e-3},  {1000130270, -17.197e-3}, {1000140280, -21.493e-3},
    {1000180400, -35.040e-3}, {1000200400, -34.846e-3}, {1000220480, -48.493e-3}, {1000260560, -60.607e-3},
    {1000290630, -65.579e-3}, {1000822080, -21.748e-3}};

// GENIE's number of what is left where that is no nucleus
constexpr int hadronic_blob = 2000000002;

}  // namespace

double nuclear_mass(int pdg) {
  const auto found = mass_excess.find(pdg);
  return nucleons_of(pdg) * atomic_mass + (found == mass_excess.end() ? 0 : found->second) -
         protons_of(pdg) * electron_mass;
}

int remnant_code(int protons, int nucleons) {
  const bool nucleus = nucleons > 0 && protons >= 0 && protons <= nucleons;
  return nucleus ? 1000000000 + 10000 * protons + 10 * nucleons : hadronic_blob;
}

}  // namespace nugan
