#include <cmath>
#include <nugan/EnergySpectrum.hpp>
#include <nugan/Sampler.hpp>
#include <vector>

#include "catch.hpp"

using nugan::EnergySpectrum;

namespace {

// A model whose cross section is 0.7 E between 0.5 and 2 GeV, known beyond
nugan::ModelInfo model_with_wide_table() {
  nugan::ModelInfo model;
  model.name = "rising";
  model.enu_min = 0.5;
  model.enu_max = 2.0;
  model.xsec_enu = {0.4, 1.1, 2.5};
  model.xsec = {0.28, 0.77, 1.75};
  return model;
}

}  // namespace

TEST_CASE("A spectrum of straight lines has the quantiles of its parabolas", "[spectrum]") {
  // density x on [0, 1] GeV: distribution function x²; then a gap; then 1/2 on [2, 3]
  const std::vector<double> enu = {0, 1, 2, 3}, left = {0, 0, 0.5}, right = {1, 0, 0.5};
  const EnergySpectrum spectrum(enu, left, right);
  CHECK(spectrum.integral() == Approx(1));
  CHECK(spectrum.low() == 0);
  CHECK(spectrum.high() == 3);
  for (const double u : {1e-9, 0.1, 0.25, 0.49999})
    CHECK(spectrum.quantile(u) == Approx(std::sqrt(2 * u)).epsilon(1e-12));
  for (const double u : {0.500001, 0.75, 0.9999}) CHECK(spectrum.quantile(u) == Approx(2 + 2 * (u - 0.5)));
  CHECK(spectrum.quantile(0) == 0);
  CHECK(spectrum.quantile(1) == 3);
  CHECK(spectrum.density(0.25) == Approx(0.25));
  CHECK(spectrum.density(1.5) == 0);
  CHECK(spectrum.density(3.1) == 0);
}

TEST_CASE("The rate is flux times cross section inside of the model's range", "[spectrum]") {
  const nugan::Flux flux{.edges = {0, 1, 1.5, 4}, .density = {2, 0, 3}};
  const auto rate = nugan::rate_spectrum(flux, model_with_wide_table());
  // 2 * 0.7 E over 0.5 to 1, 3 * 0.7 E over 1.5 to 2
  const double first = 0.7 * (1 - 0.25), second = 0.7 * 1.5 * (4 - 2.25);
  CHECK(rate.integral() == Approx(first + second));
  CHECK(rate.low() == 0.5);
  CHECK(rate.high() == 2.0);
  CHECK(rate.quantile(0.999999 * first / (first + second)) == Approx(1).epsilon(1e-5));
  CHECK(rate.quantile(1.000001 * first / (first + second)) == Approx(1.5).epsilon(1e-5));
  CHECK(rate.density(1.75) == Approx(3 * 0.7 * 1.75));
}

TEST_CASE("Spectra and fluxes that make no sense are refused", "[spectrum]") {
  using V = std::vector<double>;
  const auto spectrum_error = [](const V& enu, const V& left, const V& right) {
    return error_of([&] { EnergySpectrum spectrum(enu, left, right); });
  };
  CHECK(spectrum_error({1, 2}, {1, 1}, {1, 1}).find("one energy more") != std::string::npos);
  CHECK(spectrum_error({2, 1}, {1}, {1}).find("rising") != std::string::npos);
  CHECK(spectrum_error({1, 2}, {-1}, {1}).find("density -1") != std::string::npos);
  CHECK(spectrum_error({1, 2}, {NAN}, {1}).find("nan") != std::string::npos);
  CHECK(spectrum_error({1, 2}, {0}, {0}).find("above 0") != std::string::npos);
  const auto flux_error = [](const nugan::Flux& flux) {
    return error_of([&] { nugan::rate_spectrum(flux, model_with_wide_table()); });
  };
  CHECK(flux_error({{1, 2}, {}}).find("expected edges [K + 1] and density [K]") != std::string::npos);
  CHECK(flux_error({{1, 1}, {1}}).find("flux: expected bin edges that rise") != std::string::npos);
  CHECK(flux_error({{1, 2}, {-1}}).find("at least 0") != std::string::npos);
  CHECK(flux_error({{3, 4}, {1}}).find("nothing between 0.5 and 2") != std::string::npos);
  CHECK(flux_error({{1, 2}, {0}}).find("all bins are zero") != std::string::npos);
}

TEST_CASE("Events follow a spectrum, however a run is cut", "[spectrum][sampler]") {
  const nugan::Sampler sampler("toy", {.threads = 2});
  const std::vector<double> enu = {1, 2}, left = {0}, right = {2};  // 2 (E - 1)
  const EnergySpectrum spectrum(enu, left, right);
  const auto events = sampler.sample(spectrum, 20000, 5);
  double sum = 0;
  for (const float energy : events.Ev) sum += energy;
  CHECK(std::abs(sum / 20000 - 5.0 / 3) < 5 * std::sqrt(1.0 / 18 / 20000));
  const auto part = sampler.sample(spectrum, 777, 5, 12345);
  for (std::size_t i = 0; i < part.size(); ++i) REQUIRE(part.El[i] == events.El[12345 + i]);
  const std::vector<double> beyond = {1, 20};
  CHECK_THROWS_AS(sampler.sample(EnergySpectrum(beyond, left, right), 10, 1), nugan::Error);
}
