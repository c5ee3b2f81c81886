#include "flux_bins.hpp"

#include <algorithm>
#include <cmath>
#include <nugan/Error.hpp>
#include <nugan/borders.hpp>
#include <nugan/read_flux.hpp>
#include <utility>
#include <vector>

#include "../text/message.hpp"
#include "flux_options.hpp"

namespace nugan {

namespace {

using Numbers = std::vector<double>;

constexpr double rounding = 1e-3;  // of distances, in tables of a few digits

Numbers distances(const Numbers& values) {
  Numbers out;
  for (std::size_t k = 0; k + 1 < values.size(); ++k) out.push_back(values[k + 1] - values[k]);
  return out;
}

// Whether numbers never fall by more than rounding; of bins they stay or grow
bool never_falls(const Numbers& values) {
  return std::ranges::adjacent_find(values, [](double a, double b) { return b < a * (1 - 2 * rounding); }) ==
         values.end();
}

bool are_equal(const Numbers& values) {
  return std::ranges::all_of(
      values, [&](double value) { return std::abs(value - values[0]) <= 2 * rounding * values[0]; });
}

// Whether the energies stand in one ratio, as in tables of atmospheric fluxes
bool are_in_ratio(const Numbers& energies) {
  constexpr double digits = 0.02;
  if (energies.size() < 4 || !(energies[0] > 0)) return false;
  Numbers steps;
  for (std::size_t k = 0; k + 1 < energies.size(); ++k)
    steps.push_back(std::log(energies[k + 1] / energies[k]));
  return std::ranges::all_of(steps,
                             [&](double step) { return std::abs(step - steps[0]) <= digits * steps[0]; });
}

// Edges of bins that have the energies in their middle, the first two of one width
Numbers around(const Numbers& energies) {
  Numbers edges = {1.5 * energies[0] - 0.5 * energies[1]};
  if (std::abs(edges[0]) <= rounding * energies[0]) edges[0] = 0;
  for (const double centre : energies) edges.push_back(2 * centre - edges.back());
  return edges;
}

bool rise(const Numbers& values) {
  return std::ranges::adjacent_find(values, [](double a, double b) { return !(a < b); }) == values.end();
}

Role guess(const Numbers& energies, const FluxColumns& columns, bool per_energy) {
  const auto edges = around(energies);
  const auto apart = distances(energies);
  const bool centres = rise(edges) && never_falls(distances(edges));
  if (centres && edges[0] == 0) return Role::centre;
  if (energies[0] >= 0 && edges[0] < 0 && (are_equal(apart) || (energies[0] == 0 && never_falls(apart))))
    return Role::low;
  if (per_energy && !never_falls(apart)) return Role::point;
  if (per_energy && columns.named && are_in_ratio(energies)) return Role::point;
  return Role::energy;
}

std::string in_words(const FluxTable& table, const FluxColumns& columns, const char* role) {
  const bool two = table.rows[0].numbers.size() == 2 && columns.energy == 0;
  return two ? message(role, ",flux") : message(role, "=", columns.energy + 1, ",flux=", columns.flux + 1);
}

// Low and high edges of bins that follow each other
Numbers both_edges(const FluxTable& table, const FluxColumns& columns, const std::string& name) {
  Numbers edges = {table.rows[0].numbers[columns.energy]};
  for (const auto& row : table.rows) {
    const double low = row.numbers[columns.energy], high = row.numbers[columns.upper];
    if (!(low < high))
      throw Error(message("flux ", name, ", line ", row.line, ": a bin from ", low, " to ", high,
                          ", expected its lower edge before its upper one"));
    if (!same_border(low, edges.back()))
      throw Error(message("flux ", name, ", line ", row.line, ": a bin begins at ", low,
                          ", but the one before ends at ", edges.back(),
                          "; expected bins that follow each other"));
    edges.push_back(high);
  }
  return edges;
}

}  // namespace

FluxParts read_bins(const FluxTable& table, const FluxColumns& columns, bool per_energy,
                    const std::string& name) {
  FluxParts parts{.name = name, .named_for = columns.neutrino};
  for (const auto& row : table.rows) parts.contents.push_back(row.numbers[columns.flux]);
  if (columns.upper != columns.energy) {
    parts.energies = both_edges(table, columns, name);
    parts.reading = "lower and upper edges of bins";
    return parts;
  }
  Numbers energies;
  for (const auto& row : table.rows) {
    const double energy = row.numbers[columns.energy];
    if (!energies.empty() && !(energy > energies.back()))
      throw Error(message("flux ", name, ", line ", row.line, ": the energy ", energy, " behind ",
                          energies.back(), ", expected energies that rise"));
    energies.push_back(energy);
  }
  if (energies.size() < 2)
    throw Error(
        message("flux ", name, ": one row with one energy, expected lower and upper edges, or more rows"));
  const Role role =
      columns.energies == Role::energy ? guess(energies, columns, per_energy) : columns.energies;
  switch (role) {
    case Role::low:
      parts.reading = "lower edges of bins";
      parts.energies = energies;
      parts.energies.push_back(2 * energies.back() - energies[energies.size() - 2]);
      break;
    case Role::high:
      parts.reading = "upper edges of bins";
      parts.energies = {2 * energies[0] - energies[1]};
      if (std::abs(parts.energies[0]) <= rounding * energies[0]) parts.energies[0] = 0;
      if (parts.energies[0] < 0)
        throw Error(message("flux ", name, ": ", energies[0], " and ", energies[1],
                            " as upper edges leave the first bin without a lower one; give low,high,flux"));
      parts.energies.insert(parts.energies.end(), energies.begin(), energies.end());
      break;
    case Role::centre:
      parts.reading = "centres of bins";
      parts.energies = around(energies);
      if (!rise(parts.energies) || parts.energies[0] < 0)
        throw Error(
            message("flux ", name, ": its energies are not centres of bins",
                    parts.energies[0] < 0 ? message(", the first would begin at ", parts.energies[0]) : "",
                    "; give lower and upper edges, or ", columns_option, " ", in_words(table, columns, "low"),
                    " or ", in_words(table, columns, "point")));
      break;
    case Role::point:
      parts.reading = points_reading;
      parts.points = true;
      parts.energies = std::move(energies);
      break;
    default:
      throw ColumnsError(message(
          "flux ", name, ": are its energies ", energies[0], ", ", energies[1],
          energies.size() > 2 ? ", ..." : "", " lower edges of bins, their centres or points of a curve? ",
          "Say it with ", columns_option, " ", in_words(table, columns, "low"), " or ",
          in_words(table, columns, "centre"), " or ", in_words(table, columns, "point")));
  }
  return parts;
}

}  // namespace nugan
