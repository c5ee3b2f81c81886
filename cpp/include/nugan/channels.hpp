#pragma once

#include <nugan/Energies.hpp>
#include <nugan/Process.hpp>
#include <nugan/export.hpp>
#include <vector>

namespace nugan {

struct ModelInfo;

/// The cross section of one channel, at the energies of the table of the total.
struct ChannelTable {
  Mode channel{};
  std::vector<double> sigma{};  ///< 1e-38 cm²/nucleon
  std::vector<double> error{};  ///< statistical, independent at each energy
};

/// The mean cross section of one channel.
struct ChannelSigma {
  Mode channel{};
  double sigma = 0;  ///< 1e-38 cm²/nucleon
  double error = 0;  ///< statistical, and the relative error of the whole table
};

/// The error of a model's mean cross section: the statistical one, if its table has that, and the relative
/// one.
/// @param model, energies  the table, and what the mean is over
/// @param mean             the cross section
NUGAN_EXPORT double mean_error(const ModelInfo& model, const Energies& energies, double mean);

/// Mean cross sections of a model's channels over a flux, at one energy, or over uniform energies.
///
/// A channel's table has straight lines between its energies, so that its mean is a weighted sum of its
/// entries, and the statistical error the root of the sum of their squares with the same weights.
/// @param model     whose table covers the energies; without channels, nothing is returned
/// @param energies  with the flux of the model's neutrino, if there is one
NUGAN_EXPORT std::vector<ChannelSigma> mean_channels(const ModelInfo& model, const Energies& energies);

/// Add `weight` times the cross sections of a nucleus or a flavour; their errors are independent.
NUGAN_EXPORT void add(std::vector<ChannelSigma>& sums, const std::vector<ChannelSigma>& parts, double weight);

}  // namespace nugan
