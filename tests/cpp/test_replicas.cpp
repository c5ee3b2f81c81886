#include <cmath>
#include <nugan/EventsView.hpp>
#include <nugan/Run.hpp>
#include <nugan/Sampler.hpp>
#include <nugan/Source.hpp>
#include <nugan/run_of.hpp>

#include "catch.hpp"
#include "same_events.hpp"

// The weights of the model "replicas" are the root of the neutrino energy and 1 over it: see make_model.py

using nugan::Events;
using nugan::Sampler;

namespace {

constexpr nugan::EnergyRange full{.enu_low = 0.3, .enu_high = 10.0};

nugan::Source mixture(const Sampler& one, const Sampler& other) {
  return {
      {{.sampler = one, .fraction = 0.5}, {.sampler = other, .fraction = 0.5}}, {.low = 1.5, .high = 1.5}, 7};
}

}  // namespace

TEST_CASE("Events have the weights of replicas that were asked for", "[replicas]") {
  const Sampler plain("replicas", {.threads = 1}), both = plain.with_replicas(2);
  CHECK(plain.replicas().empty());
  CHECK(both.replicas() == nugan::Replicas{{"root", "alternative"}, {"inverse", "alternative"}});
  const Events without = plain.sample(full, 1000, 7), events = both.sample(full, 1000, 7);
  CHECK(without.replicas() == 0);
  CHECK(without[5].wght_rep.empty());
  CHECK(same(without, 0, events));
  REQUIRE(events.replicas() == 2);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const nugan::Event event = events[i];
    REQUIRE(event.wght_rep.size() == 2);
    REQUIRE(event.wght_rep[0] == Approx(std::sqrt(event.Ev)).epsilon(1e-5));
    REQUIRE(event.wght_rep[1] == Approx(1 / event.Ev).epsilon(1e-5));
  }
  CHECK(plain.with_replicas(1).sample(full, 10, 7).replicas() == 1);
  CHECK(error_of([&] { plain.with_replicas(3); }).find("has 2, expected 2 at most") != std::string::npos);
  CHECK(error_of([&] { plain.with_replicas(0); }) == "replicas = 0: expected at least 1");
  CHECK(error_of([] { Sampler("toy").with_replicas(1); }).find("has no replicas") != std::string::npos);
}

TEST_CASE("A loop, picked events and views have the weights", "[replicas]") {
  const Sampler sampler = Sampler("replicas", {.threads = 1}).with_replicas(2);
  Events picked;
  for (const nugan::Event& event : sampler.events(full, 2000, 7))
    if (event.Ev > 5) picked.push_back(event);
  REQUIRE(picked.size() > 100);
  REQUIRE(picked.replicas() == 2);
  for (int k = 0; k < 3; ++k) picked.push_back(picked[0]);
  const nugan::EventsView view(picked);
  view.check();
  const auto part = view.part(picked.size() - 3, 3);
  CHECK(part.replicas() == 2);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(part.wght_rep[2 * i + 1] == Approx(1 / picked[0].Ev).epsilon(1e-5));
  picked.wght_rep.pop_back();
  CHECK(error_of([&] { nugan::EventsView(picked).check(); }).find("column wght_rep has") == 0);
}

TEST_CASE("All models of a source have the same replicas", "[replicas]") {
  const Sampler carbon("replicas", {.threads = 1}), argon("replicas_argon", {.threads = 1});
  auto source = mixture(carbon.with_replicas(2), argon.with_replicas(2));
  const Events events = source.draw(0, 500);
  REQUIRE(events.replicas() == 2);
  for (std::size_t i = 0; i < events.size(); ++i)
    REQUIRE(events[i].wght_rep[0] == Approx(std::sqrt(events.Ev[i])).epsilon(1e-5));
  CHECK(nugan::run_of(source).replicas == carbon.with_replicas(2).replicas());
  const auto differ = error_of([&] { mixture(carbon.with_replicas(2), argon.with_replicas(1)); });
  CHECK(differ.find("expected the same names and kinds of all models") != std::string::npos);
  CHECK(error_of([&] { mixture(carbon.with_replicas(2), argon); }).find("no replicas") != std::string::npos);
}
