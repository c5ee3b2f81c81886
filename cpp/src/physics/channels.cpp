#include <algorithm>
#include <cmath>
#include <nugan/ModelInfo.hpp>
#include <nugan/borders.hpp>
#include <nugan/channels.hpp>
#include <numeric>
#include <span>

#include "interpolate.hpp"

namespace nugan {

namespace {

// Add to the weights of a table's entries what its straight lines make of an energy
void add_at(std::vector<double>& weights, std::span<const double> enu, double energy, double weight) {
  const auto k = line_at(enu, energy);
  const double way = (energy - enu[k - 1]) / (enu[k] - enu[k - 1]);
  weights[k - 1] += (1 - way) * weight;
  weights[k] += way * weight;
}

// What each entry of a table counts in the mean over a flux between two energies
std::vector<double> weights_over(std::span<const double> enu, const Flux& flux, double low, double high) {
  std::vector<double> weights(enu.size()), knots(flux.edges);
  knots.insert(knots.end(), enu.begin(), enu.end());
  const auto borders = borders_between(std::move(knots), low, high);
  double sum = 0;
  for (std::size_t k = 0; k + 1 < borders.size(); ++k) {
    const double centre = 0.5 * (borders[k] + borders[k + 1]);
    const auto bin = std::upper_bound(flux.edges.begin(), flux.edges.end(), centre) - flux.edges.begin();
    if (bin < 1 || bin >= std::ssize(flux.edges)) continue;
    const double part = flux.density[static_cast<std::size_t>(bin - 1)] * (borders[k + 1] - borders[k]);
    // the mean of a straight line is its value in the middle
    add_at(weights, enu, centre, part);
    sum += part;
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

// What each entry of a model's table counts in the mean over the energies
std::vector<double> weights_of(const ModelInfo& model, const Energies& energies) {
  std::vector<double> weights(model.xsec_enu.size());
  if (const auto energy = energies.one()) {
    add_at(weights, model.xsec_enu, *energy, 1);
    return weights;
  }
  const auto* flux = energies.flux_of(model.process.probe);
  const Flux uniform{.edges = {energies.low, energies.high}, .density = {1}};
  return weights_over(model.xsec_enu, flux ? *flux : uniform, energies.low, energies.high);
}

// The error of a mean: the statistical ones of the entries, and the relative one of all of them
double error_of(const std::vector<double>& weights, const std::vector<double>& errors, double common) {
  double square = common * common;
  for (std::size_t k = 0; k < errors.size(); ++k) square += std::pow(weights[k] * errors[k], 2);
  return std::sqrt(square);
}

}  // namespace

double mean_error(const ModelInfo& model, const Energies& energies, double mean) {
  const double common = model.xsec_relative_error * mean;
  return model.xsec_error.empty() ? common : error_of(weights_of(model, energies), model.xsec_error, common);
}

std::vector<ChannelSigma> mean_channels(const ModelInfo& model, const Energies& energies) {
  if (model.channels.empty()) return {};
  const auto weights = weights_of(model, energies);
  std::vector<ChannelSigma> means;
  for (const auto& [channel, sigma, error] : model.channels) {
    const double mean = std::inner_product(weights.begin(), weights.end(), sigma.begin(), 0.0);
    means.push_back({channel, mean, error_of(weights, error, model.xsec_relative_error * mean)});
  }
  return means;
}

void add(std::vector<ChannelSigma>& sums, const std::vector<ChannelSigma>& parts, double weight) {
  for (const auto& part : parts) {
    auto found = std::ranges::find(sums, part.channel, &ChannelSigma::channel);
    if (found == sums.end()) found = sums.insert(sums.end(), {part.channel, 0, 0});
    found->sigma += weight * part.sigma;
    found->error = std::hypot(found->error, weight * part.error);
  }
}

}  // namespace nugan
