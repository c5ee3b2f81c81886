// Fluxes as histograms, and borders of bins
#include <cmath>
#include <limits>
#include <nugan/Flux.hpp>
#include <nugan/borders.hpp>
#include <vector>

#include "catch.hpp"

using nugan::Flux;

TEST_CASE("A flux has the density of its bins and their integral", "[flux]") {
  const Flux flux{.edges = {0, 0.5, 1, 3}, .density = {2, 4, 1}};
  CHECK(flux.unit == nugan::arbitrary);
  CHECK(flux.name == "flux");
  CHECK(flux.contents.empty());
  CHECK(flux(-0.1) == 0);
  CHECK(flux(0) == 2);
  CHECK(flux(0.5) == 4);
  CHECK(flux(2.9) == 1);
  CHECK(flux(3) == 0);
  CHECK(flux(std::nan("")) == 0);
  CHECK(flux.integral() == Approx(1 + 2 + 2));
  CHECK(flux.integral(0.25, 2) == Approx(0.5 + 2 + 1));
  CHECK(flux.integral(3, 10) == 0);
}

TEST_CASE("A part of a flux keeps its density", "[flux]") {
  const Flux flux{.edges = {0, 0.5, 1, 3}, .density = {2, 4, 4}, .unit = nugan::per_pot, .name = "a"};
  const auto part = flux.between(0.25, 2);
  CHECK(part.edges == std::vector<double>{0.25, 0.5, 1, 2});
  CHECK(part.density == std::vector<double>{2, 4, 4});
  CHECK(part.unit == nugan::per_pot);
  CHECK(part.name == "a");
  CHECK(part.integral() == Approx(6.5));
  CHECK(flux.between(0, 10).edges == flux.edges);
  CHECK(flux.between(0.5, 1).edges == std::vector<double>{0.5, 1});
  CHECK(error_of([&] { flux.between(3, 10); }) == "a: no flux between 3 and 10 GeV");
}

TEST_CASE("Numbers that are no flux are refused", "[flux]") {
  const auto error = [](const std::vector<double>& edges, const std::vector<double>& density) {
    return error_of([&] { nugan::check({.edges = edges, .density = density, .name = "a"}); });
  };
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  CHECK(error({0, 1}, {1}).empty());
  CHECK(error({0, 1, 2}, {1}) == "a: shapes (3,) and (1,); expected edges [K + 1] and density [K]");
  CHECK(names(error({0}, {}), "expected edges [K + 1]"));
  for (const auto& edges : {std::vector<double>{0, 2, 1}, {0, 1, 1}, {0, 1, inf}, {nan, 1, 2}})
    CHECK(error(edges, {1, 1}) == "a: expected bin edges that rise");
  CHECK(error({0, 0.5, 1}, {1, -2}) == "a: -2 in the bin from 0.5 to 1 GeV; expected a number of at least 0");
  CHECK(names(error({0, 1}, {nan}), "a: nan in the bin from 0 to 1 GeV"));
  CHECK(names(error({0, 1}, {-nan}), "a: nan in the bin from 0 to 1 GeV"));
  CHECK(names(error({0, 1}, {inf}), "a: inf in the bin from 0 to 1 GeV"));
  CHECK(error({0, 1, 2}, {0, 0}) == "a: all bins are zero");
}

TEST_CASE("Borders that differ by rounding are the same", "[flux]") {
  const std::vector<double> same[] = {{0.3, 0.1 + 0.2}, {0.3, 0.3F},   {10, std::nextafter(10.0, 11.0)},
                                      {0, 5.6e-17},     {0, -5.6e-17}, {0.333333, 1.0 / 3},
                                      {118, 118.00001F}};
  for (const auto& pair : same) {
    CHECK(nugan::same_border(pair[0], pair[1]));
    CHECK(nugan::same_border(pair[1], pair[0]));
  }
  for (const auto& [a, b] : {std::pair(0.3, 0.3001), {0.0, 1e-6}, {10.0, 10.0001}, {0.1, -0.1}})
    CHECK(!nugan::same_border(a, b));
  CHECK(nugan::borders_between({2, 0.1 + 0.2, 1, 1.0F, 1 + 1e-12, 7, 0.1}, 0.3, 7) ==
        std::vector<double>{0.3, 1, 2, 7});
  CHECK(nugan::borders_between({}, 1, 2) == std::vector<double>{1, 2});
  CHECK(nugan::borders_between({0, 3}, 1, 1) == std::vector<double>{1});
}

TEST_CASE("No bin of a flux is as narrow as a rounding", "[flux]") {
  // an edge that is the end of a model but for its last bits
  const Flux flux{.edges = {0, 0.1 + 0.2, 1, 10.000000000000002}, .density = {1, 2, 3}, .name = "a"};
  const auto part = flux.between(0.3, 10);
  CHECK(part.edges == std::vector<double>{0.3, 1, 10});
  CHECK(part.density == std::vector<double>{2, 3});
  const Flux single{.edges = {0, 0.3F, 0.5F, 1}, .density = {1, 2, 3}, .name = "a"};
  CHECK(single.between(0.3, 0.5).density == std::vector<double>{2});
  // edges that are there twice, and what stands between them
  const Flux twice{
      .edges = {0, 0.3, 0.30000000000000004, 1, 1 + 1e-9}, .density = {1, 1e9, 2, 5e8}, .name = "a"};
  const auto once = nugan::without_slivers(twice);
  CHECK(once.edges == std::vector<double>{0, 0.3, 1});
  CHECK(once.integral() == Approx(0.3 + 1.4 + 0.5));
  CHECK(
      names(error_of([&] { nugan::without_slivers({.edges = {1, 1 + 1e-9}, .density = {1}, .name = "a"}); }),
            "a: all edges of its bins are 1 GeV"));
  CHECK(error_of([&] { flux.between(10, 20); }) == "a: no flux between 10 and 20 GeV");
}

TEST_CASE("A flux of another neutrino is noticed", "[flux]") {
  const Flux flux{.edges = {0, 1}, .density = {1}, .name = "a.root:numub", .named_for = -14};
  CHECK(nugan::other_neutrino(flux, 14) == "flux a.root:numub is named for numubar, the probe is numu");
  CHECK(nugan::other_neutrino(flux, -14).empty());
  CHECK(nugan::other_neutrino({.edges = {0, 1}, .density = {1}}, 12).empty());
  CHECK(flux.between(0, 1).named_for == -14);
}
