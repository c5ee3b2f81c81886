#include <algorithm>
#include <cmath>
#include <nugan/Source.hpp>
#include <vector>

#include "catch.hpp"

using nugan::Energies;
using nugan::Sampler;
using nugan::Source;

namespace {

nugan::Flux steps() {
  return {.edges = {0.2, 1, 3}, .density = {4, 1}, .name = "steps"};
}

// Carbon and argon, whose models have the same cross section
Source mixture(Energies energies, nugan::Beam beam = {}) {
  const Sampler::Config config{.threads = 1};
  return Source({{.sampler = Sampler("toy", config), .fraction = 0.25},
                 {.sampler = Sampler("argon", config), .fraction = 0.75}},
                std::move(energies), 11, std::move(beam));
}

}  // namespace

TEST_CASE("A source of one nucleus gives the sampler's events", "[source]") {
  const Sampler sampler("toy");
  Source source({{.sampler = sampler, .fraction = 1}}, {.low = 1, .high = 2}, 5);
  const auto events = source.draw(100, 50), expected = sampler.sample({1, 2}, 50, 5, 100);
  CHECK(events.El == expected.El);
  CHECK(events.iev == expected.iev);
  CHECK(events.tgt.empty());
  CHECK(!source.sigma());
  Source at_one({{.sampler = sampler, .fraction = 1}}, {.low = 1, .high = 1}, 5);
  CHECK(*at_one.sigma() == Approx(0.7));
}

TEST_CASE("The nuclei of a mixture share the events by their nucleons and cross sections", "[source]") {
  Source source = mixture({.low = 0.3, .high = 10, .flux = steps()});
  CHECK(source.shares()[0] == Approx(0.25));
  CHECK(*source.sigma() == Approx(nugan::flux_rate(steps(), Sampler("toy").model()).sigma));
  constexpr int n = 20'000;
  const auto events = source.draw(0, n);
  int carbon = 0;
  for (const int target : events.tgt) carbon += target == 1000060120;
  CHECK(carbon == Approx(0.25 * n).margin(5 * std::sqrt(0.25 * 0.75 * n)));
  // in any order, and in pieces
  for (const int first : {7777, 12, 19000}) {
    const auto part = source.draw(first, 300);
    for (std::size_t i = 0; i < part.size(); ++i) {
      const auto k = static_cast<std::size_t>(first) + i;
      REQUIRE(part.iev[i] == first + static_cast<int>(i));
      REQUIRE(part.tgt[i] == events.tgt[k]);
      REQUIRE(part.El[i] == events.El[k]);
      REQUIRE(part.pxl[i] == events.pxl[k]);
    }
  }
}

TEST_CASE("Weighted events are uniform in energy and weigh flux times cross section", "[source]") {
  Source source({{.sampler = Sampler("toy"), .fraction = 1}},
                {.low = 0.3, .high = 10, .flux = steps(), .weighted = true}, 3);
  constexpr int n = 40'000;
  const auto events = source.draw(0, n);
  // 0.7 E times 4 from 0.3 to 1 GeV, times 1 from 1 to 3 GeV
  const double low = 2 * (1 - 0.09), high = 0.5 * (9 - 1);
  double sum = 0, below = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK((events.Ev[i] >= 0.3F && events.Ev[i] <= 3.0F));
    sum += events.wght[i];
    if (events.Ev[i] < 1) below += events.wght[i];
  }
  CHECK(sum / n == Approx(1).epsilon(0.02));
  CHECK(below / sum == Approx(low / (low + high)).epsilon(0.03));
}

TEST_CASE("A loop goes through the events of the batches", "[source]") {
  Source source = mixture({.low = 0.3, .high = 10, .flux = steps()}, {.time = {{0, 1}}});
  const auto events = source.draw(0, 20'000);
  std::size_t i = 0;
  for (const nugan::Event& event : source.events(20'000)) {
    REQUIRE(event.iev == events.iev[i]);
    REQUIRE(event.tgt == events.tgt[i]);
    REQUIRE(event.El == events.El[i]);
    REQUIRE(event.vtxt == events.vtxt[i]);
    REQUIRE(event.pzv == event.Ev);
    REQUIRE(event.wght == 1);
    ++i;
  }
  CHECK(i == 20'000);

  const Sampler sampler("toy");
  double sum = 0;
  std::int64_t n = 0;
  for (const auto& event : sampler.events(nugan::EnergyRange{1, 1}, 40'000, 9)) {
    sum += event.El;
    ++n;
  }
  double expected = 0;
  for (const float energy : sampler.sample({1, 1}, 40'000, 9).El) expected += energy;
  CHECK(n == 40'000);
  CHECK(sum == expected);
  n = 0;
  for ([[maybe_unused]] const auto& event : sampler.events(3)) ++n;
  for ([[maybe_unused]] const auto& event : sampler.events(steps(), 4)) ++n;
  CHECK(n == 7);
  CHECK_THROWS_AS(sampler.events(0), nugan::Error);
  auto outside = sampler.events(nugan::EnergyRange{1, 11}, 10);
  CHECK_THROWS_AS(outside.begin(), nugan::Error);
}

TEST_CASE("The flavours of a beam share the events by their neutrinos and cross sections", "[source]") {
  const Sampler::Config config{.threads = 1};
  nugan::Flux muons = steps(), electrons = steps();
  for (double& density : electrons.density) density *= 0.1;
  const Energies energies{.low = 0.3, .high = 3, .flavours = {{14, muons}, {12, electrons}}};
  Source source({{.sampler = Sampler("toy", config), .fraction = 1},
                 {.sampler = Sampler("electron_carbon", config), .fraction = 1}},
                energies, 11);
  CHECK(source.probes() == std::vector{14, 12});
  // the rate of each, by hand
  const double one = nugan::flux_rate(muons, Sampler("toy").model(), 0.3, 3).sigma,
               other = nugan::flux_rate(electrons, Sampler("electron_carbon").model(), 0.3, 3).sigma;
  const double share = 0.1 * other / (one + 0.1 * other);
  CHECK(source.shares()[1] == Approx(share));
  CHECK(*source.sigma() == Approx((one + 0.1 * other) / 1.1));
  CHECK(source.sigma_of(12)->first == Approx(other));
  constexpr int n = 20'000;
  const auto events = source.draw(0, n);
  CHECK(events.tgt.empty());
  CHECK(std::ranges::count(events.neu, 12) == Approx(share * n).margin(5 * std::sqrt(share * n)));
  const auto part = source.draw(19'000, 300);
  for (std::size_t i = 0; i < part.size(); ++i) {
    REQUIRE(part.neu[i] == events.neu[19'000 + i]);
    REQUIRE(part.El[i] == events.El[19'000 + i]);
  }
  electrons.unit = nugan::per_pot;
  const auto unlike = [&] {
    Source({{Sampler("toy"), 1}, {Sampler("electron_carbon"), 1}},
           {.low = 0.3, .high = 3, .flavours = {{14, muons}, {12, electrons}}}, 1);
  };
  CHECK(names(error_of(unlike), "must have one unit"));
  const auto no_model = [&] { Source({{Sampler("toy"), 1}}, energies, 1); };
  CHECK(names(error_of(no_model), "a flux of nue, and no model of it"));
  const auto other_nucleus = [&] { Source({{Sampler("toy"), 1}, {Sampler("electron"), 1}}, energies, 1); };
  CHECK(names(error_of(other_nucleus), "every flavour meets the same nuclei"));
}

TEST_CASE("Sources that make no sense are refused", "[source]") {
  const auto error = [](std::vector<nugan::Nucleus> nuclei, Energies energies, nugan::Beam beam = {}) {
    return error_of([&] { Source(std::move(nuclei), std::move(energies), 1, std::move(beam)); });
  };
  const nugan::Nucleus carbon{.sampler = Sampler("toy"), .fraction = 0.5};
  const nugan::Nucleus argon{.sampler = Sampler("argon"), .fraction = 0.5};
  const nugan::Nucleus electron{.sampler = Sampler("electron"), .fraction = 0.5};
  const nugan::Nucleus whole{.sampler = Sampler("toy"), .fraction = 1};
  const Energies one{.low = 1, .high = 1};
  CHECK(names(error({}, one), "no nucleus"));
  CHECK(names(error({carbon, carbon}, one), "several models of the nucleus 1000060120"));
  CHECK(names(error({carbon, electron}, one), "probes 14 and 12"));
  CHECK(names(error({carbon, argon}, {.low = 1, .high = 2}), "share the events by their cross sections"));
  CHECK(names(error({whole}, one, {.direction = {{0, 0, 0}}}), "beam direction"));
  CHECK(names(error({whole}, {.low = 4, .high = 5, .flux = steps()}), "steps"));
  CHECK(names(error({whole}, {.low = 0.1, .high = 5, .flux = steps()}), "energies 0.1 to 5 GeV", "toy"));
  CHECK(names(error({whole}, {.low = 1, .high = 2, .weighted = true}), "weights need a flux"));
  CHECK(names(error({carbon}, one), "add up to 0.5, expected 1"));
  for (const double fraction : std::vector<double>{0.0, -1.0, NAN, INFINITY})
    CHECK(names(error({{Sampler("toy"), fraction}, argon}, one), "fraction", "above 0"));
  CHECK(error({carbon, argon}, one).empty());
  Source source = mixture(one), alone({whole}, one, 1);
  for (Source* each : {&source, &alone}) {
    CHECK(names(error_of([&] { each->draw(-1, 10); }), "first = -1"));
    CHECK(names(error_of([&] { each->draw(0, 0); }), "n = 0"));
    CHECK(names(error_of([&] { each->draw(2'147'483'640, 10); }), "event numbers end at"));
    CHECK(names(error_of([&] { each->events(0); }), "n = 0"));
  }
  nugan::EventLoop empty([](std::int64_t, std::int64_t) { return nugan::Events{}; }, 5);
  CHECK(names(error_of([&] { empty.begin(); }), "gave no events"));
}
