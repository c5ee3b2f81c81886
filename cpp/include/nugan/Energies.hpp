#pragma once

#include <nugan/Flux.hpp>
#include <nugan/export.hpp>
#include <optional>

namespace nugan {

/// Neutrino energies from low to high [GeV]: of a flux, or else uniform.
struct NUGAN_EXPORT Energies {
  double low;                  ///< the lowest energy
  double high;                 ///< the highest energy
  std::optional<Flux> flux{};  ///< events are drawn from its part inside, times the cross section
  /// Spread the energies uniformly over the flux, with flux times cross section as weights of mean 1
  bool weighted = false;

  /// The energy, if it is a single one.
  std::optional<double> one() const { return !flux && low == high ? std::optional(low) : std::nullopt; }
};

}  // namespace nugan
