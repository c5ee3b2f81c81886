#include <algorithm>
#include <cmath>
#include <nugan/Error.hpp>
#include <nugan/Flux.hpp>
#include <nugan/Target.hpp>
#include <nugan/borders.hpp>
#include <utility>

#include "../text/message.hpp"

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

std::pair<double, double> Flux::filled_range() const {
  const auto filled = [](double value) { return value != 0; };
  const auto first = std::ranges::find_if(density, filled) - density.begin();
  const auto last = std::find_if(density.rbegin(), density.rend(), filled).base() - density.begin();
  return {edges[static_cast<std::size_t>(first)], edges[static_cast<std::size_t>(last)]};
}

Flux Flux::between(double low, double high) const {
  Flux part = without_slivers(*this);
  const std::vector<double> borders = std::exchange(part.edges, {});
  const std::vector<double> densities = std::exchange(part.density, {});
  const auto clip = [&](double edge) {
    return edge < low || same_border(edge, low) ? low : edge > high || same_border(edge, high) ? high : edge;
  };
  for (std::size_t k = 0; k < densities.size(); ++k) {
    const double left = clip(borders[k]), right = clip(borders[k + 1]);
    if (!(left < right) || same_border(left, right)) continue;
    if (part.edges.empty()) part.edges.push_back(left);
    part.edges.push_back(right);
    part.density.push_back(densities[k]);
  }
  if (std::ranges::all_of(part.density, [](double value) { return value == 0; }))
    throw Error(message(name, ": no flux between ", low, " and ", high, " GeV"));
  return part;
}

Flux without_slivers(Flux flux) {
  check(flux);
  const std::vector<double> borders = std::exchange(flux.edges, {flux.edges.front()});
  const std::vector<double> densities = std::exchange(flux.density, {});
  double narrow = 0;  // the integral of what is no bin, which goes to its neighbour
  for (std::size_t k = 0; k < densities.size(); ++k) {
    const double width = borders[k + 1] - borders[k];
    if (same_border(borders[k + 1], flux.edges.back())) {
      narrow += densities[k] * width;
      continue;
    }
    const double whole = borders[k + 1] - flux.edges.back();
    flux.density.push_back(narrow == 0 && whole == width ? densities[k]
                                                         : (narrow + densities[k] * width) / whole);
    flux.edges.push_back(borders[k + 1]);
    narrow = 0;
  }
  if (flux.density.empty())
    throw Error(
        message(flux.name, ": all edges of its bins are ", borders.front(), " GeV, expected a width"));
  if (narrow > 0) flux.density.back() += narrow / (flux.edges.back() - flux.edges[flux.edges.size() - 2]);
  return flux;
}

std::string other_neutrino(const Flux& flux, int probe) {
  if (flux.named_for == 0 || flux.named_for == probe) return "";
  return message("flux ", flux.name, " is named for ", probe_name(flux.named_for), ", the probe is ",
                 probe_name(probe));
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
