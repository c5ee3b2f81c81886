#include "flux_parts.hpp"

#include <algorithm>
#include <cmath>
#include <nugan/Error.hpp>
#include <utility>

#include "../text/message.hpp"
#include "energy_unit.hpp"
#include "flux_options.hpp"

namespace nugan {

namespace {

// Straight lines between points as a histogram: a bin has the mean of its part of a line
void join(FluxParts& parts) {
  constexpr std::size_t bins = 2000, most = 200;  // in all about, between two points at the most
  const auto [energies, values] =
      std::pair(std::exchange(parts.energies, {}), std::exchange(parts.contents, {}));
  if (energies.size() < 2)
    throw Error(message("flux ", parts.name, ": ", energies.size(), " points, expected two or more"));
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (k > 0 && !(energies[k] > energies[k - 1]))
      throw Error(message("flux ", parts.name, ": a point at ", energies[k], " behind one at ",
                          energies[k - 1], ", expected energies that rise"));
    if (!(std::isfinite(energies[k]) && std::isfinite(values[k]) && values[k] >= 0))
      throw Error(message("flux ", parts.name, ": ", values[k], " at the point ", energies[k],
                          "; expected a number of at least 0"));
  }
  const auto steps = std::clamp<std::size_t>(bins / (energies.size() - 1), 1, most);
  for (std::size_t k = 0; k + 1 < energies.size(); ++k)
    for (std::size_t i = 0; i < steps; ++i) {
      const auto at = [&](double part) { return part / static_cast<double>(steps); };
      const double begin = at(static_cast<double>(i)), centre = at(static_cast<double>(i) + 0.5);
      parts.energies.push_back(energies[k] + (energies[k + 1] - energies[k]) * begin);
      parts.contents.push_back(values[k] + (values[k + 1] - values[k]) * centre);
    }
  parts.energies.push_back(energies.back());
}

}  // namespace

FluxUnit choose_flux_unit(const std::string& units, const std::optional<FluxUnit>& found,
                          const std::string& name, const std::string& where) {
  if (const auto said = without_energy_unit(units); !said.empty()) return flux_unit_from_user(units);
  if (!found)
    throw NoUnitError(message("flux ", name, ": ", where, "; give ", units_option, " ", flux_unit_help));
  return *found;
}

Flux assemble_flux(FluxParts parts, const FluxUnit& unit, std::optional<double> scale,
                   const std::string& units) {
  if (parts.points) {
    if (!unit.width)
      throw Error(message("flux ", parts.name,
                          ": points of a curve have a unit per energy, such as /GeV, not ", unit.text()));
    join(parts);
  }
  for (double& edge : parts.energies) edge *= scale.value_or(1);
  Flux flux = make_flux(std::move(parts.energies), std::move(parts.contents), unit, parts.name);
  if (!scale) ask_for_energy_unit(flux, units);
  flux.reading = std::move(parts.reading);
  flux.named_for = parts.named_for;
  return flux;
}

}  // namespace nugan
