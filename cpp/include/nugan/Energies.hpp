#pragma once

#include <nugan/Flux.hpp>
#include <nugan/export.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace nugan {

/// Neutrino energies from low to high [GeV]: of a flux, or else uniform.
struct NUGAN_EXPORT Energies {
  double low;                  ///< the lowest energy
  double high;                 ///< the highest energy
  std::optional<Flux> flux{};  ///< events are drawn from its part inside, times the cross section
  /// Spread the energies uniformly over the flux, with flux times cross section as weights of mean 1
  bool weighted = false;

  /// Of a beam of several flavours the flux of each, by the PDG number of its neutrino, in place of `flux`:
  /// their sizes share the events
  std::vector<std::pair<int, Flux>> flavours{};

  /// Whether the energies are those of a flux, or of several.
  bool has_flux() const { return flux || !flavours.empty(); }

  /// The flux of a neutrino (PDG), or none.
  const Flux* flux_of(int probe) const {
    if (flux) return &*flux;
    for (const auto& [pdg, own] : flavours)
      if (pdg == probe) return &own;
    return nullptr;
  }

  /// The energy, if it is a single one.
  std::optional<double> one() const { return !has_flux() && low == high ? std::optional(low) : std::nullopt; }
};

}  // namespace nugan
