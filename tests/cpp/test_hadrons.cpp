#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <hadrons/JoinedParticles.hpp>
#include <hadrons/cube.hpp>
#include <limits>
#include <nugan/Constants.hpp>
#include <nugan/Options.hpp>
#include <random/streams.hpp>
#include <random>
#include <vector>

#include "catch.hpp"

// The library shows none of this: here it is compiled anew. Tests in Python compare whole events with the
// reference.

namespace cube = nugan::cube;
using cube::Vector;
using nugan::proton_mass;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double pion_mass = 0.13957039;

double energy(const Vector& p, double mass) {
  return std::sqrt(cube::dot(p, p) + mass * mass);
}

}  // namespace

TEST_CASE("Local axes are a frame of the right hand with z along the momentum", "[hadrons]") {
  for (const Vector& p : {Vector{0.3, -0.2, 0.9}, {0, 0, 2}, {0, 0, -2}, {1e-3, 0, -5}, {0, 4, 0}}) {
    const auto axes = cube::local_axes(p);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        CHECK(std::abs(cube::dot(axes[i], axes[j]) - (i == j ? 1 : 0)) < 1e-12);
    CHECK(std::abs(cube::dot(axes[2], p) - cube::size(p)) < 1e-12);
    const Vector cross = {axes[0][1] * axes[1][2] - axes[0][2] * axes[1][1],
                          axes[0][2] * axes[1][0] - axes[0][0] * axes[1][2],
                          axes[0][0] * axes[1][1] - axes[0][1] * axes[1][0]};
    CHECK(std::abs(cube::dot(cross, axes[2]) - 1) < 1e-12);
    CHECK(axes[0][2] >= -1e-12);  // x on the side of q
  }
  CHECK(cube::local_axes({0, 0, 0})[2] == Vector{0, 0, 1});
}

TEST_CASE("Two hadrons share energy and momentum exactly", "[hadrons]") {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int i = 0; i < 2000; ++i) {
    const Vector total = {uniform(random) - 0.5, uniform(random) - 0.5, 4 * uniform(random)};
    const double size = cube::size(total);
    const double least = std::hypot(size, pion_mass + proton_mass);
    const double sum = least + (i % 3 == 0 ? 1e-9 : 2 * uniform(random));
    const cube::Left left{.energy = sum,
                          .momentum = size,
                          .mass = pion_mass,
                          .rest = proton_mass,
                          .others = 1,
                          .same = false,
                          .before = infinite};
    const auto bounds = cube::kinetic_bounds(left);
    REQUIRE(bounds.low >= 0);
    REQUIRE(bounds.high >= bounds.low);
    for (const double unit : {0.0, uniform(random), 1.0}) {
      const double t = cube::kinetic(unit, left, bounds), p = std::sqrt(t * (t + 2 * pion_mass));
      REQUIRE(t >= bounds.low);
      REQUIRE(t <= bounds.high);
      const double y = cube::opening_bound(p, t, left);
      const Vector one = cube::emitted(p, y, 6 * uniform(random), cube::local_axes(total));
      CHECK(std::abs(energy(one, pion_mass) - pion_mass - t) < 1e-9);
      const double balance = energy(one, pion_mass) + energy(cube::minus(total, one), proton_mass) - sum;
      // at the ends of T, and at threshold, the angle is as exact as a root of rounding is
      CHECK(std::abs(balance) < (unit > 0 && unit < 1 && i % 3 > 0 ? 1e-9 : 1e-6));
    }
  }
}

TEST_CASE("What is missing lies within its bounds at the ends of the cube", "[hadrons]") {
  for (const double largest : {-0.05, 0.0, 0.01, 3.0}) {
    CHECK(cube::missing_energy(1, largest, 0.045, 0.03) == Approx(largest).margin(1e-9));
    double last = -infinite;
    for (const double unit : {0.0, 1e-12, 1e-6, 0.1, 0.5, 0.9, 1.0}) {
      const double e = cube::missing_energy(unit, largest, 0.045, 0.03);
      CHECK(std::isfinite(e));
      CHECK(e >= last);
      CHECK(e <= largest);
      last = e;
    }
  }
  CHECK(cube::missing_momentum(0, 0.2, 1.5) == 0.2);
  CHECK(cube::missing_momentum(1, 0.2, 1.5) == Approx(1.5));
  CHECK(cube::missing_momentum(0.3, 0.7, 0.7) == 0.7);
}

TEST_CASE("The photons of an eta have its mass", "[hadrons]") {
  constexpr double mass = 0.547862;
  for (const Vector& p : {Vector{0, 0, 0}, {0.1, -2, 3}, {0, 0, 50}})
    for (const double first : {0.0, 0.2, 0.999}) {
      const Vector one = cube::first_photon(p, first, 0.3, mass), two = cube::minus(p, one);
      const double square = 2 * (cube::size(one) * cube::size(two) - cube::dot(one, two));
      CHECK(std::sqrt(square) == Approx(mass).epsilon(1e-6));
      CHECK(cube::size(one) + cube::size(two) == Approx(energy(p, mass)));
    }
}

TEST_CASE("Numbers of the hadrons are parts of an event's stream", "[hadrons]") {
  const nugan::Stream stream(7, nugan::Stream::hadrons);
  CHECK(stream(5) == stream(5, 0));
  CHECK(stream(5, 1) != stream(5, 0));
  CHECK(stream(5, 1) != stream(6, 0));
  CHECK(stream(5, 1) != nugan::Stream(7, nugan::Stream::vertex)(5, 1));
}

TEST_CASE("Blocks of particles are joined in their order", "[hadrons]") {
  nugan::JoinedParticles joined(3, 4);
  const auto block = [&](int first, int events) {
    nugan::Particles particles = joined.take();
    for (int i = first; i < first + events; ++i) {
      for (int k = 0; k <= i; ++k) particles.push_back({.pdg = i});
      particles.end_event();
    }
    return particles;
  };
  joined.put(2, block(3, 1));
  joined.put(0, block(0, 2));
  joined.put(1, block(2, 1));
  const nugan::Particles all = joined.result();
  CHECK(all.offsets == std::vector<std::int64_t>{0, 1, 3, 6, 10});
  CHECK(all.pdg == std::vector<std::int32_t>{0, 1, 1, 2, 2, 2, 3, 3, 3, 3});
  CHECK(all.E.size() == 10);
}

TEST_CASE("The option leaves the hadrons out", "[hadrons]") {
  CHECK_FALSE(nugan::parse_options("nugan-gen", {}).lepton_only);
  CHECK(nugan::parse_options("nugan-gen", {"--lepton-only"}).lepton_only);
}
