#include <cmath>
#include <nugan/Constants.hpp>
#include <nugan/Kinematics.hpp>
#include <numbers>

#include "catch.hpp"

using nugan::Kinematics;
using nugan::muon_mass;
using nugan::nucleon_mass;
using nugan::observables;
using nugan::ProxyTransform;
using std::numbers::pi;

namespace {

constexpr float one_ulp = 1.2e-7f;

}  // namespace

TEST_CASE("Proxies round-trip to float32 precision over the phase space", "[kinematics]") {
  for (const double shift : {0.004, 0.0098}) {
    const ProxyTransform transform(0.3, 10.0, shift, muon_mass);
    for (int i = 0; i <= 40; ++i)
      for (int j = 0; j <= 40; ++j)
        for (int k = 0; k <= 40; ++k) {
          const double enu = 0.3 + 9.7 * i / 40;
          const double emu = muon_mass + (enu - shift - muon_mass) * j / 40;
          const double theta = pi * k / 40;
          const auto back = transform.inverse(transform({enu, emu, theta}));
          REQUIRE(std::abs(back.enu - enu) <= one_ulp * enu);
          REQUIRE(std::abs(back.emu - emu) <= one_ulp * emu);
          REQUIRE(std::abs(back.theta - theta) <= one_ulp * theta);
        }
  }
}

TEST_CASE("Corners of the phase space map to corners of the cube", "[kinematics]") {
  const ProxyTransform transform(0.3, 10.0, 0.004, muon_mass);
  const auto threshold = transform({0.3, muon_mass, 0});
  CHECK(threshold.enu == -1);
  CHECK(threshold.emu == 1);
  CHECK(threshold.theta == -1);
  const auto hardest = transform({10.0, 10.0 - 0.004, pi});
  CHECK(hardest.enu == 1);
  CHECK(hardest.emu == Approx(-1).margin(1e-6));
  CHECK(hardest.theta == 1);
  // float32 neighbours of the edges are inside, their rounding taken as the edge
  CHECK(transform({1.0, static_cast<float>(muon_mass), static_cast<float>(pi)}).theta == 1);
}

TEST_CASE("Outside of the phase space is refused, not clamped", "[kinematics]") {
  const ProxyTransform transform(0.3, 10.0, 0.004, muon_mass);
  CHECK(names(error_of([&] { transform({1.0, 0.9961, 0.1}); }), "emu = 0.9961", "0.004"));
  CHECK(names(error_of([&] { transform({1.0, 0.1, 0.1}); }), "emu = 0.1"));
  CHECK(names(error_of([&] { transform({1.0, 0.5, -0.1}); }), "theta = -0.1"));
  CHECK(names(error_of([&] { transform({1.0, 0.5, 3.2}); }), "theta = 3.2"));
  CHECK(names(error_of([&] { transform({1.0, 0.5, std::nan("")}); }), "theta = nan"));
  CHECK(names(error_of([&] { transform({0.1, 0.05, 0.1}); }), "enu = 0.1"));
  CHECK(names(error_of([&] { transform.inverse({0, 1.1, 0}); }), "proxy = 1.1"));
  CHECK(names(error_of([] { ProxyTransform(10, 0.3, 0.004, muon_mass); }), "10 to 0.3"));
}

TEST_CASE("Elastic scattering off a free nucleon at rest has W = M and x = 1", "[kinematics]") {
  // two-body kinematics: |q|² of nu N -> mu N fixes the muon energy for a given angle
  for (const double enu : {0.5, 1.0, 5.0})
    for (const double theta : {0.05, 0.4, 1.0}) {
      // solve W² = M² for emu by bisection: W² falls with emu
      double low = muon_mass, high = enu - 1e-9;
      for (int i = 0; i < 100; ++i) {
        const double middle = 0.5 * (low + high);
        (observables({enu, middle, theta}, muon_mass).w2 > nucleon_mass * nucleon_mass ? low : high) = middle;
      }
      const auto o = observables({enu, low, theta}, muon_mass);
      // the struck nucleon's momentum, from momentum conservation
      const double px = -o.p * std::sin(theta), pz = enu - o.pz;
      const double energy = nucleon_mass + enu - low;
      CHECK(energy * energy - px * px - pz * pz == Approx(nucleon_mass * nucleon_mass).epsilon(1e-9));
      CHECK(o.w == Approx(nucleon_mass).epsilon(1e-9));
      CHECK(o.x == Approx(1).epsilon(1e-7));
    }
}

TEST_CASE("Observables agree with four-vector algebra in extended precision", "[kinematics]") {
  for (const double enu : {0.3, 1.0, 10.0})
    for (int j = 0; j <= 20; ++j)
      for (int k = 0; k <= 20; ++k) {
        const double emu = muon_mass + (enu - 0.004 - muon_mass) * j / 20;
        const double theta = pi * k / 20;
        const auto o = observables({enu, emu, theta}, muon_mass);
        const long double m = muon_mass, e = emu;
        const long double p = std::sqrt(std::max((e - m) * (e + m), 0.0L)), c = std::cos((long double)theta);
        const long double q0 = enu - e, qz = enu - p * c, qt2 = p * p * (1 - c * c);
        const long double q2 = qz * qz + qt2 - q0 * q0;
        REQUIRE(o.p == Approx((double)p).epsilon(1e-12));
        REQUIRE(o.pz == Approx((double)(p * c)).epsilon(1e-12).margin(1e-15));
        REQUIRE(o.q2 == Approx((double)q2).epsilon(1e-11));
        REQUIRE(o.omega == Approx((double)q0).epsilon(1e-12));
        // the hadronic system takes what the muon leaves: W² = (M + omega)² - q²
        const long double w2 = (nucleon_mass + q0) * (nucleon_mass + q0) - qz * qz - qt2;
        REQUIRE(o.w2 == Approx((double)w2).epsilon(1e-11).margin(1e-12));
        REQUIRE(o.w == (o.w2 >= 0 ? std::sqrt(o.w2) : nugan::undefined_w));
        REQUIRE(o.x == Approx((double)(q2 / (2 * nucleon_mass * q0))).epsilon(1e-11));
        REQUIRE(o.y == Approx((double)(q0 / enu)).epsilon(1e-12));
      }
}

TEST_CASE("Threshold, forward and backward", "[kinematics]") {
  const auto at_rest = observables({1.0, muon_mass, 1.0}, muon_mass);
  CHECK(at_rest.p == 0);
  CHECK(at_rest.q2 == Approx(2 * muon_mass - muon_mass * muon_mass));
  const auto below = observables({1.0, muon_mass - 3e-9, 1.0}, muon_mass);  // as float32 may round it
  CHECK(below.p == 0);
  const double p = std::sqrt(25 - muon_mass * muon_mass);
  CHECK(observables({10.0, 5.0, 0.0}, muon_mass).q2 ==
        Approx(20 * muon_mass * muon_mass / (5 + p) - muon_mass * muon_mass).epsilon(1e-14));
  const auto backward = observables({10.0, 5.0, pi}, muon_mass);
  CHECK(backward.pz == Approx(-p));
  CHECK(backward.w == nugan::undefined_w);
  CHECK(names(error_of([] { observables({1.0, 1.0, 0.1}, muon_mass); }), "emu = 1 GeV"));
}
