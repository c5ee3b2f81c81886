#include <algorithm>
#include <cmath>
#include <nugan/Error.hpp>
#include <nugan/Flux.hpp>

#include "message.hpp"

namespace nugan {

double Flux::operator()(double enu) const {
  const auto bin = std::upper_bound(edges.begin(), edges.end(), enu) - edges.begin();
  return bin > 0 && bin < std::ssize(edges) ? density[static_cast<std::size_t>(bin - 1)] : 0;
}

double Flux::integral(double low, double high) const {
  const auto clip = [&](double energy) { return std::min(std::max(energy, low), high); };
  double sum = 0;
  for (std::size_t k = 0; k < density.size(); ++k) sum += density[k] * (clip(edges[k + 1]) - clip(edges[k]));
  return sum;
}

Flux Flux::between(double low, double high) const {
  if (!(integral(low, high) > 0))
    throw Error(message(name, ": no flux between ", low, " and ", high, " GeV"));
  Flux part{.edges = {}, .density = {}, .unit = unit, .name = name, .contents = contents};
  for (std::size_t k = 0; k < density.size(); ++k)
    if (edges[k + 1] > low && edges[k] < high) {
      part.edges.push_back(std::max(edges[k], low));
      part.density.push_back(density[k]);
    }
  part.edges.push_back(std::min(edges.back(), high));
  check(part);
  return part;
}

void check(const Flux& flux) {
  const auto &edges = flux.edges, &density = flux.density;
  if (density.empty() || edges.size() != density.size() + 1)
    throw Error(message(flux.name, ": shapes (", edges.size(), ",) and (", density.size(),
                        ",); expected edges [K + 1] and density [K]"));
  if (!std::ranges::all_of(edges, [](double edge) { return std::isfinite(edge); }) ||
      std::ranges::adjacent_find(edges, std::ranges::greater_equal{}) != edges.end())
    throw Error(message(flux.name, ": expected bin edges that rise"));
  for (std::size_t k = 0; k < density.size(); ++k)
    if (!(std::isfinite(density[k]) && density[k] >= 0))
      throw Error(message(flux.name, ": ", std::isnan(density[k]) ? NAN : density[k], " in the bin from ",
                          edges[k], " to ", edges[k + 1], " GeV; expected a number of at least 0"));
  if (std::ranges::all_of(density, [](double value) { return value == 0; }))
    throw Error(message(flux.name, ": all bins are zero"));
}

}  // namespace nugan
