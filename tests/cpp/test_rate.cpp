#include <cmath>
#include <nugan/Rate.hpp>
#include <vector>

#include "catch.hpp"

namespace {

// A model whose cross section is 0.7 E between 0.5 and 2 GeV
nugan::ModelInfo rising_model() {
  nugan::ModelInfo model;
  model.name = "rising";
  model.enu_min = 0.5;
  model.enu_max = 2.0;
  model.xsec_enu = {0.5, 1.1, 2.0};
  model.xsec = {0.35, 0.77, 1.4};
  return model;
}

// The least k with P(<= k) >= u, from the sum of the probabilities
std::int64_t slow_poisson(double mean, double u) {
  double p = std::exp(-mean), sum = p;
  std::int64_t k = 0;
  while (sum < u) sum += p *= mean / static_cast<double>(++k);
  return k;
}

}  // namespace

TEST_CASE("A rate has the mean cross section and the shares outside", "[rate]") {
  // 3 per GeV from 0 to 4 GeV, sigma = 0.7 E everywhere
  const nugan::Flux flux{.edges = {0, 1, 4}, .density = {3, 3}, .unit = nugan::per_pot, .name = "flat"};
  const auto rate = nugan::flux_rate(flux, rising_model());
  CHECK(rate.sigma == Approx(0.7 * 1.25));
  CHECK(rate.sigma_error == Approx(0.01 * rate.sigma));
  const double inside = 2.0 * 2 - 0.5 * 0.5;
  CHECK(rate.below == Approx(0.25 / inside));
  CHECK(rate.above == Approx((16.0 - 4) / inside));
  CHECK(rate.outside() == Approx(12.25 / 16));
  CHECK(rate.flux.integral() == Approx(4.5));
  CHECK(rate.events(1e20, 2) == Approx(1e20 * 4.5 * 0.875e-38 * 2 * 6.02214076e29));
  auto model = rising_model();
  model.xsec_relative_error = 0.04;
  CHECK(nugan::flux_rate(flux, model).sigma_error == Approx(0.04 * rate.sigma));
  const auto narrow = nugan::flux_rate(flux, rising_model(), 1, 2);
  CHECK(narrow.sigma == Approx(0.7 * 1.5));
  CHECK(narrow.spectrum.quantile(0) == Approx(1));
}

TEST_CASE("Rates that cannot be had are refused by name", "[rate]") {
  nugan::Flux flux{.edges = {3, 4}, .density = {1}, .name = "beyond"};
  CHECK(names(error_of([&] { nugan::flux_rate(flux, rising_model()); }), "beyond", "0.5 and 2 GeV"));
  flux = {.edges = {0, 4}, .density = {1}, .name = "shape", .contents = "/GeV"};
  const auto rate = nugan::flux_rate(flux, rising_model());
  CHECK(names(error_of([&] { rate.events(1e20, 1); }), "shape", "read as /GeV", "--flux-units"));
  nugan::Flux per_time = flux;
  per_time.contents = "/m2/s/GeV";
  CHECK(
      names(error_of([&] { nugan::expected_events(per_time, 1, 1e20, 1); }), "it is per time, not per POT"));
  const nugan::Flux wide{.edges = {0, 5000}, .density = {1}, .name = "wide"};
  const auto outside = [&](double share) {
    return error_of([&] { nugan::check_outside(wide, share, 0.3, 10, false); });
  };
  CHECK(outside(0.135) ==
        "wide: about 13.5% of the rate lies outside of 0.3 to 10 GeV, the model's range (with sigma ~ E "
        "there); pass "
        "--allow-flux-outside (allow_flux_outside=True) to accept more than 5%");
  CHECK(names(outside(0.999), "its energies reach 5000 GeV, and if they are in MeV", "E in MeV"));
  nugan::check_outside(wide, 0.135, 0.3, 10, true);
  nugan::check_outside(wide, 0.049, 0.3, 10, false);
  for (const auto& [low, high] : {std::pair(0.0, 1.0), {1.0, 1.0}, {1.0, 3.0}, {NAN, 1.0}})
    CHECK(
        names(error_of([&] { nugan::flux_rate(flux, rising_model(), low, high); }), "rising, 0.5 to 2 GeV"));
}

TEST_CASE("Borders that are the same but for rounding are one knot of the rate", "[rate]") {
  auto model = rising_model();
  model.xsec_enu[1] = 1.1F;
  const nugan::Flux flux{.edges = {0.5 + 1e-16, 1.1, 2.0000001}, .density = {1, 1}, .name = "a"};
  const auto rate = nugan::flux_rate(flux, model);
  CHECK(rate.flux.edges == std::vector<double>{0.5, 1.1, 2});
  CHECK(rate.sigma == Approx(0.7 * 1.25).epsilon(1e-6));
  CHECK(rate.spectrum.low() == 0.5);
  CHECK(rate.spectrum.high() == 2);
}

TEST_CASE("Poisson numbers are those of the summed probabilities", "[rate]") {
  for (const double mean : {1e-3, 0.5, 3.0, 40.0, 500.0})
    for (const double u : {0x1p-54, 1e-9, 0.1, 0.5, 0.77, 0.999, 1 - 1e-9})
      CHECK(nugan::poisson(mean, u) == slow_poisson(mean, u));
  CHECK(nugan::poisson(0, 0.999) == 0);
  for (const double mean : std::vector<double>{-1.0, 1e300, NAN, INFINITY})
    CHECK(names(error_of([&] { nugan::poisson(mean, 0.5); }), "poisson: mean"));
  CHECK(names(error_of([] { nugan::poisson(1, 1); }), "u 1"));
  CHECK(nugan::poisson(500, 0) == nugan::poisson(500, 0x1p-54));
  // the median of a large mean lies a third below it, and a standard deviation is its root
  CHECK(nugan::poisson(1e9, 0.5) == Approx(1e9).margin(1.5));
  CHECK(static_cast<double>(nugan::poisson(1e9, 0.8413447460685429)) ==
        Approx(1e9 + std::sqrt(1e9)).margin(2));
}
