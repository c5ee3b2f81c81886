// What conservation and the energy leave to the networks of the topology, as in hadrons/contents.py and
// hadrons/free_proton.py.

#include "allowed.hpp"

#include <algorithm>
#include <cmath>
#include <nugan/Constants.hpp>

#include "hadron_draws.hpp"

namespace nugan {

namespace {

// Energy that photons alone need of a free proton, GeV
constexpr double photons = 0.001;

double cost_of(const CountedSpecies& species) {
  return species.mass - species.baryons * nucleon_mass;
}

// If the energy allows no count, those that the charge allows; if that has none, the smallest
void allow_of_nucleus(const HadronNetworks& tables, std::size_t j, const Balance& left,
                      std::vector<char>& allowed) {
  double low = 0, high = tables.most[j];
  if (j == pi_plus) {  // pi- may take back what is too much
    low = std::max(low, -left.neutrons);
    high = std::min(high, left.protons + tables.most[pi_minus]);
  } else if (j == pi_minus) {
    low = std::max(low, -left.protons);
    high = std::min(high, left.neutrons);
  } else if (j == neutrons || j == protons) {
    high = std::min(high, j == neutrons ? left.neutrons : left.protons);
  }
  if (low > high) low = high = 0;
  const double cost = cost_of(tables.counted[j]);
  const auto energy_allows = [&](int k) { return k == 0 || left.energy - k * cost >= tables.least; };
  bool any = false;
  for (int k = static_cast<int>(low); k <= high && !any; ++k) any = energy_allows(k);
  for (int k = 0; k <= tables.most[j]; ++k)
    allowed[static_cast<std::size_t>(k)] = k >= low && k <= high && (!any || energy_allows(k));
}

// Pions that charge and baryon number still ask for: so many pi+, or pi- where it is negative
double pions_owed(const HadronNetworks& tables, double left_neutrons, double left_protons) {
  const double baryons = left_neutrons + left_protons, least = std::max(0.0, baryons - tables.most[protons]),
               most = std::min<double>(baryons, tables.most[neutrons]);
  return std::max(0.0, least - left_neutrons) - std::max(0.0, left_neutrons - most);
}

// One hadron is alone only where the energy is not enough for two
void allow_of_proton(const HadronNetworks& tables, std::size_t j, const Balance& left, int hadrons,
                     std::vector<char>& allowed) {
  const double n = left.neutrons, p = left.protons, cost = cost_of(tables.counted[j]),
               pion = tables.counted[pi_plus].mass;
  const bool alone = hadrons + n + p <= 1;
  const bool may_follow = pions_owed(tables, n - 1, p + 1) == 0 && tables.most[pi_minus] > 0 &&
                          left.energy - pion >= tables.least;
  const auto owed = [&](int k) {  // pi- that this count leaves to be taken
    return j == pi_plus ? -pions_owed(tables, n + k, p - k) : j == pi_zero ? -pions_owed(tables, n, p) : 0.0;
  };
  const auto charge_allows = [&](int k) {
    switch (j) {
      case pi_plus:
        return owed(k) >= 0 && owed(k) <= tables.most[pi_minus];
      case pi_zero:
        return true;
      case pi_minus:
        return pions_owed(tables, n - k, p + k) == 0;
      default:
        return k == (j == neutrons ? n : p);
    }
  };
  const auto energy_allows = [&](int k) {
    if (k == 0 && alone && (j == pi_minus || (j == pi_zero && !may_follow))) return false;
    return (k == 0 && owed(0) == 0) || left.energy - k * cost - owed(k) * pion >= tables.least;
  };
  int first = -1;
  bool any = false;
  for (int k = 0; k <= tables.most[j]; ++k) {
    const bool possible = charge_allows(k);
    if (possible && first < 0) first = k;
    allowed[static_cast<std::size_t>(k)] = possible && energy_allows(k);
    any |= possible && energy_allows(k);
  }
  if (!any) allowed[static_cast<std::size_t>(std::max(first, 0))] = 1;
}

}  // namespace

bool allows_mode(const HadronNetworks& tables, int mode, double spare) {
  // quasielastic: one nucleon, which has all of the charge, and no energy for a pion beside it
  const bool single =
      spare < tables.counted[pi_zero].mass + tables.least && tables.charge >= 0 && tables.charge <= 1;
  return single ? mode == 0 : mode == 1 || mode == 2;
}

double energy_of_word(const HadronNetworks& tables, const HadronWord& word) {
  const double mass = word.mass - word.baryons * nucleon_mass, left_protons = tables.charge - word.charge,
               baryons = tables.baryons - word.baryons, left_neutrons = baryons - left_protons;
  if (is_free(tables)) {
    const double owed = pions_owed(tables, left_neutrons, left_protons);
    const bool possible = baryons >= 0 && baryons <= tables.most[neutrons] + tables.most[protons] &&
                          owed <= tables.most[pi_plus] && -owed <= tables.most[pi_minus];
    if (!possible) return infinite;
    const double size = static_cast<double>(word.codes.size());
    if (size == 0 && owed == 0) return -infinite;
    const bool alone = size + baryons <= 1 && owed == 0;
    return (size > 0 && mass <= 0 ? photons : mass) + std::abs(owed) * tables.counted[pi_plus].mass +
           (alone ? tables.counted[pi_zero].mass : 0) + tables.least;
  }
  const double missing = std::max(0.0, -left_neutrons);
  // pions can still balance the charge
  const bool balanced =
      baryons >= 0 && missing <= std::min<double>(left_protons + tables.most[pi_minus], tables.most[pi_plus]);
  return !balanced ? infinite : mass <= 0 ? -infinite : mass + tables.least;
}

void allow_counts(const HadronNetworks& tables, std::size_t j, const Balance& left, int hadrons,
                  std::vector<char>& allowed) {
  allowed.assign(static_cast<std::size_t>(tables.most[j]) + 1, 0);
  if (is_free(tables))
    allow_of_proton(tables, j, left, hadrons, allowed);
  else
    allow_of_nucleus(tables, j, left, allowed);
}

}  // namespace nugan
