#include <algorithm>
#include <cmath>
#include <nugan/EnergySpectrum.hpp>
#include <nugan/Error.hpp>
#include <nugan/borders.hpp>
#include <utility>

#include "../text/message.hpp"
#include "interpolate.hpp"

namespace nugan {

namespace {

constexpr std::size_t guides = 1024;

}  // namespace

EnergySpectrum::EnergySpectrum(std::span<const double> enu, std::span<const double> left,
                               std::span<const double> right)
    : enu_(enu.begin(), enu.end()), left_(left.begin(), left.end()), right_(right.begin(), right.end()) {
  if (left.empty() || left.size() != right.size() || enu.size() != left.size() + 1)
    throw Error(message("spectrum: ", enu.size(), " energies, ", left.size(), " and ", right.size(),
                        " densities: expected one energy more than densities"));
  cumulative_.push_back(0);
  for (std::size_t k = 0; k < left.size(); ++k) {
    if (!(std::isfinite(enu[k]) && std::isfinite(enu[k + 1]) && enu[k] < enu[k + 1]))
      throw Error(message("spectrum: energies ", enu[k], " and ", enu[k + 1], " GeV: expected rising ones"));
    for (const double density : {left[k], right[k]})
      if (!(density >= 0 && std::isfinite(density)))
        throw Error(message("spectrum: density ", density, " at ", enu[k], " GeV: expected at least 0"));
    cumulative_.push_back(cumulative_.back() + 0.5 * (left[k] + right[k]) * (enu[k + 1] - enu[k]));
  }
  if (!(integral() > 0 && std::isfinite(integral())))
    throw Error(message("spectrum: integral ", integral(), ": expected a number above 0"));
  std::size_t k = 0;
  for (std::size_t g = 0; g <= guides; ++g) {
    const double target = integral() * static_cast<double>(g) / guides;
    while (k + 1 < left.size() && cumulative_[k + 1] <= target) ++k;
    guide_.push_back(k);
  }
}

double EnergySpectrum::quantile(double u) const {
  const double area = std::clamp(u, 0.0, 1.0) * integral();
  auto k = guide_[static_cast<std::size_t>(std::clamp(u, 0.0, 1.0) * guides)];
  while (k + 1 < left_.size() && cumulative_[k + 1] <= area) ++k;
  const double width = enu_[k + 1] - enu_[k], rest = std::max(0.0, area - cumulative_[k]);
  // the root of left x + (right - left) x² / (2 width) = rest that stays exact for right = left
  const double root =
      std::sqrt(std::max(0.0, left_[k] * left_[k] + 2 * (right_[k] - left_[k]) * rest / width));
  const double x = rest > 0 ? 2 * rest / (left_[k] + root) : 0;
  return enu_[k] + std::min(x, width);
}

double EnergySpectrum::density(double enu) const {
  if (!(enu >= low() && enu <= high())) return 0;
  const auto above = std::upper_bound(enu_.begin(), enu_.end(), enu) - enu_.begin();
  const auto k = static_cast<std::size_t>(std::min<std::ptrdiff_t>(above, std::ssize(enu_) - 1)) - 1;
  return left_[k] + (right_[k] - left_[k]) * (enu - enu_[k]) / (enu_[k + 1] - enu_[k]);
}

EnergySpectrum rate_spectrum(const Flux& flux, const ModelInfo& model) {
  check(flux);
  const auto& table = model.xsec_enu;
  if (table.size() < 2 || table.front() > model.enu_min || table.back() < model.enu_max)
    throw Error(message(model.name, ": its cross section does not cover ", model.enu_min, " to ",
                        model.enu_max, " GeV"));
  std::vector<double> knots = flux.edges;
  knots.insert(knots.end(), table.begin(), table.end());
  const auto enu = borders_between(std::move(knots), model.enu_min, model.enu_max);
  std::vector<double> left, right;
  for (std::size_t k = 0; k + 1 < enu.size(); ++k) {
    const double centre = 0.5 * (enu[k] + enu[k + 1]);
    const auto bin = std::upper_bound(flux.edges.begin(), flux.edges.end(), centre) - flux.edges.begin();
    const bool inside = bin > 0 && bin < std::ssize(flux.edges);
    const double density = inside ? flux.density[static_cast<std::size_t>(bin - 1)] : 0;
    left.push_back(density * interpolate(table, model.xsec, enu[k]));
    right.push_back(density * interpolate(table, model.xsec, enu[k + 1]));
  }
  if (std::ranges::all_of(left, [](double v) { return v == 0; }) &&
      std::ranges::all_of(right, [](double v) { return v == 0; }))
    throw Error(message(flux.name, ": nothing between ", model.enu_min, " and ", model.enu_max,
                        " GeV, the range of ", model.name));
  return {enu, left, right};
}

}  // namespace nugan
