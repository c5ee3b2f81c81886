#include <algorithm>
#include <cmath>
#include <nugan/ModelInfo.hpp>
#include <nugan/borders.hpp>
#include <nugan/channels.hpp>
#include <span>

namespace nugan {

namespace {

// Add to the weights of a table's entries what its straight lines make of an energy
void add_at(std::vector<double>& weights, std::span<const double> enu, double energy, double weight) {
  const auto above = std::upper_bound(enu.begin(), enu.end(), energy) - enu.begin();
  const auto next = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(above, 1, std::ssize(enu) - 1));
  const double way = (energy - enu[next - 1]) / (enu[next] - enu[next - 1]);
  weights[next - 1] += (1 - way) * weight;
  weights[next] += way * weight;
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

}  // namespace

std::vector<ChannelSigma> mean_channels(const ModelInfo& model, const Energies& energies) {
  if (model.channels.empty()) return {};
  const auto& [low, high] = std::pair(energies.low, energies.high);
  const Flux uniform{.edges = {low, high}, .density = {1}};
  const auto* flux = energies.flux_of(model.process.probe);
  std::vector<double> weights(model.xsec_enu.size());
  if (const auto energy = energies.one())
    add_at(weights, model.xsec_enu, *energy, 1);
  else
    weights = weights_over(model.xsec_enu, flux ? *flux : uniform, low, high);
  std::vector<ChannelSigma> means;
  for (const auto& [channel, sigma, error] : model.channels) {
    double mean = 0, square = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      mean += weights[k] * sigma[k];
      square += std::pow(weights[k] * error[k], 2);
    }
    means.push_back({channel, mean, std::hypot(std::sqrt(square), model.xsec_relative_error * mean)});
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
