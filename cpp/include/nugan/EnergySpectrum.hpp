#pragma once

#include <nugan/Flux.hpp>
#include <nugan/ModelInfo.hpp>
#include <nugan/export.hpp>
#include <span>
#include <vector>

namespace nugan {

/// A distribution of neutrino energies whose density consists of straight lines.
///
///     flux(E) sigma(E)
///
/// is one, if the flux is a histogram and sigma a table with linear interpolation. Its distribution function
/// consists of parabolas, which quantile() inverts exactly.
class NUGAN_EXPORT EnergySpectrum {
 public:
  /// @param enu          [K + 1] rising energies, GeV
  /// @param left, right  [K] densities at the ends of each interval, not negative
  /// @throws Error for other sizes, energies not rising, densities negative, not finite or zero everywhere
  EnergySpectrum(std::span<const double> enu, std::span<const double> left, std::span<const double> right);

  /// The energy below which lies a fraction u of the distribution, GeV.
  double quantile(double u) const;

  /// The density at an energy, in the unit of the constructor; 0 outside.
  double density(double enu) const;

  /// Its integral, GeV times the unit of the density.
  double integral() const { return cumulative_.back(); }

  /// Where it begins and ends, GeV.
  double low() const { return enu_.front(); }
  double high() const { return enu_.back(); }

 private:
  std::vector<double> enu_, left_, right_;
  std::vector<double> cumulative_;  ///< integral up to each energy
  std::vector<std::size_t> guide_;  ///< interval of each of equally spaced fractions
};

/// The flux times the cross section of a model, inside of the model's range.
///
/// Its integral is the rate of events per nucleon, in 1e-38 cm² times the unit of the flux.
/// @throws Error as check(Flux) does; for a flux that is zero inside of the model's range, or a model whose
///     cross section does not cover that range
NUGAN_EXPORT EnergySpectrum rate_spectrum(const Flux& flux, const ModelInfo& model);

}  // namespace nugan
