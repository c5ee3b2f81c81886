#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <nugan/Error.hpp>
#include <nugan/Rate.hpp>
#include <vector>

#include "../flux/flux_options.hpp"
#include "../text/message.hpp"
#include "interpolate.hpp"

namespace nugan {

namespace {

// Integral of energy times flux between two energies, energies below 0 left out
double first_moment(const Flux& flux, double low, double high) {
  double sum = 0;
  for (std::size_t k = 0; k < flux.density.size(); ++k) {
    const double left = std::clamp(flux.edges[k], std::max(low, 0.0), std::max(high, 0.0));
    const double right = std::clamp(flux.edges[k + 1], std::max(low, 0.0), std::max(high, 0.0));
    sum += 0.5 * flux.density[k] * (right * right - left * left);
  }
  return sum;
}

}  // namespace

double Rate::events(double pot, double mass) const {
  return expected_events(flux, sigma, pot, mass);
}

Rate flux_rate(const Flux& flux, const ModelInfo& model, double low, double high) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (!(low < high && low >= model.enu_min && high <= model.enu_max))
    throw Error(message("energies ", low, " to ", high, " GeV: expected low < high inside of the range of ",
                        model.name, ", ", model.enu_min, " to ", model.enu_max, " GeV"));
  check(flux);
  Flux inside = flux.between(low, high);
  const auto spectrum = [&] {
    try {
      return rate_spectrum(inside, model);
    } catch (const Error& error) {
      throw Error(message(flux.name, ": ", error.what()));
    }
  }();
  const double sigma = spectrum.integral() / inside.integral();
  const auto part = [&](double end, double from, double to) {
    const double at_end = interpolate(model.xsec_enu, model.xsec, end);
    return at_end / end * first_moment(flux, from, to) / spectrum.integral();
  };
  return {.flux = std::move(inside),
          .spectrum = spectrum,
          .sigma = sigma,
          .sigma_error = mean_error(model, {.low = low, .high = high, .flux = flux}, sigma),
          .below = part(low, -infinity, low),
          .above = part(high, high, infinity),
          .channels = mean_channels(model, {.low = low, .high = high, .flux = flux})};
}

Rate flux_rate(const Flux& flux, const ModelInfo& model) {
  return flux_rate(flux, model, model.enu_min, model.enu_max);
}

void check_outside(const Flux& flux, double outside, double low, double high, bool allowed) {
  constexpr double most = 0.5;  // of a flux for another experiment, perhaps, or in another unit
  if (allowed || !(outside > outside_allowed)) return;
  char percent[32];
  std::snprintf(percent, sizeof percent, "%.1f%%", 100 * outside);
  const auto doubt =
      outside > most && flux.edges.back() > high
          ? message("; its energies reach ", flux.edges.back(), " GeV, and if they are in MeV, ",
                    units_option, " \"..., E in MeV\" says so")
          : "";
  throw Error(message(flux.name, ": about ", percent, " of the rate lies outside of ", low, " to ", high,
                      " GeV, the model's range (with sigma ~ E there)", doubt, "; pass --allow-flux-outside ",
                      "(allow_flux_outside=True) to accept more than ", 100 * outside_allowed, "%"));
}

double expected_events(const Flux& flux, double sigma, double pot, double mass) {
  if (flux.unit != per_pot) {
    const bool per_time = flux.contents.find("/s/") != std::string::npos;
    throw Error(message(flux.name, ": an exposure needs a flux per cm2 or m2 and POT",
                        flux.contents.empty() ? "" : " (read as " + flux.contents + ")",
                        per_time ? "; it is per time, not per POT" : "", "; ", units_option,
                        " says what it is"));
  }
  return pot * flux.integral() * sigma * 1e-38 * mass * nucleons_per_tonne;
}

std::int64_t poisson(double mean, double u) {
  constexpr double most = 1e15;
  if (!(mean >= 0 && mean <= most && u >= 0 && u < 1))
    throw Error(message("poisson: mean ", mean, " and u ", u, ": expected 0 to ", most, ", and [0, 1)"));
  // probabilities relative to that of the most probable number, as far as they count
  const auto mode = static_cast<std::int64_t>(mean);
  std::vector<double> below;
  double p = 1;
  for (auto k = mode; p > 1e-20 && k >= 1; --k) {
    p *= static_cast<double>(k) / mean;
    below.push_back(p);
  }
  const auto lowest = mode - static_cast<std::int64_t>(below.size());
  std::vector<double> sums;
  double sum = 0;
  for (const double one : std::vector(below.rbegin(), below.rend())) sums.push_back(sum += one);
  p = 1;
  for (auto k = mode + 1; p > 1e-20; ++k) {
    sums.push_back(sum += p);
    p *= mean / static_cast<double>(k);
  }
  const auto found = std::ranges::lower_bound(sums, std::max(u, 0x1p-54) * sum);
  const auto last = std::ssize(sums) - 1;
  return lowest + std::min<std::int64_t>(found - sums.begin(), last);
}

}  // namespace nugan
