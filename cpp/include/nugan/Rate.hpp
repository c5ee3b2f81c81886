#pragma once

#include <cstdint>
#include <nugan/EnergySpectrum.hpp>
#include <nugan/Flux.hpp>
#include <nugan/ModelInfo.hpp>
#include <nugan/channels.hpp>
#include <nugan/export.hpp>
#include <string>
#include <vector>

namespace nugan {

/// Share of the rate outside of a model's range that is passed over.
inline constexpr double outside_allowed = 0.05;

/// A nucleon counted as 1 u: 0.1 % from the truth for nuclei from carbon on, 0.8 % for hydrogen.
inline constexpr double nucleons_per_tonne = 6.02214076e29;

/// What a flux makes of a model.
struct NUGAN_EXPORT Rate {
  Flux flux;                ///< its part inside of the range of energies
  EnergySpectrum spectrum;  ///< flux times cross section there
  double sigma;             ///< cross section averaged over that flux, 1e-38 cm²/nucleon
  double sigma_error;       ///< the model's relative error of it
  double below;  ///< rate below the range, with sigma proportional to the energy, relative to that inside
  double above;  ///< the same above it
  std::vector<ChannelSigma> channels;  ///< parts of sigma, if the model has them

  /// The estimated share of the whole rate that lies outside of the range.
  double outside() const { return (below + above) / (1 + below + above); }

  /// Events to expect inside of the range in a mass [t] for protons on target.
  /// @throws Error where the normalisation of the flux is not known
  double events(double pot, double mass) const;
};

/// The rate of a flux in a model, between two energies [GeV].
/// @throws Error for energies outside of the model's range, no flux there, a model without a cross section
/// over its range
NUGAN_EXPORT Rate flux_rate(const Flux& flux, const ModelInfo& model, double low, double high);

/// The same over the model's whole range.
NUGAN_EXPORT Rate flux_rate(const Flux& flux, const ModelInfo& model);

/// Refuse a flux with more than outside_allowed of its rate outside of low ... high [GeV], unless `allowed`.
/// @throws Error with the share, and the end of the flux where it may be in MeV
NUGAN_EXPORT void check_outside(const Flux& flux, double outside, double low, double high, bool allowed);

/// Events in a mass [t] for a flux of known normalisation and its mean cross section [1e-38 cm²/nucleon].
/// @throws Error where the normalisation of the flux is not known
NUGAN_EXPORT double expected_events(const Flux& flux, double sigma, double pot, double mass);

/// The Poisson number of a mean that a uniform number from [0, 1) gives: the least k with P(<= k) >= u.
/// @throws Error for a mean below 0 or above 1e15, u outside of [0, 1)
NUGAN_EXPORT std::int64_t poisson(double mean, double u);

}  // namespace nugan
