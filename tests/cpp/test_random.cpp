#include <array>
#include <cmath>
#include <nugan/EventRandom.hpp>
#include <numbers>
#include <vector>

#include "catch.hpp"

using nugan::BoxMuller;
using nugan::EventRandom;
using nugan::Philox4x32;

TEST_CASE("Philox4x32-10 gives the known answers of Random123", "[random]") {
  // kat_vectors of Random123 (Salmon et al. 2011)
  using C = Philox4x32::Counter;
  CHECK(Philox4x32({0, 0})({0, 0, 0, 0}) == C{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t ones = 0xffffffff;
  CHECK(Philox4x32({ones, ones})({ones, ones, ones, ones}) ==
        C{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(Philox4x32({0xa4093822, 0x299f31d0})({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}) ==
        C{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Box-Muller inverts to its uniforms and stays finite at the ends", "[random]") {
  for (const std::uint32_t word : {0u, 1u, 12345u, 0x80000000u, 0xfffffffeu, 0xffffffffu}) {
    for (const std::uint32_t angle : {0u, 0x20000000u, 0xffffffffu}) {
      const auto [a, b] = BoxMuller{}(word, angle);
      REQUIRE(std::isfinite(a));
      REQUIRE(std::isfinite(b));
      const double u = (word + 0.5) * 0x1p-32;
      CHECK(std::exp(-0.5 * (double{a} * a + double{b} * b)) == Approx(u).epsilon(2e-5));
    }
  }
  const auto [cosine, sine] = BoxMuller{}(0x80000000u, 0x20000000u);  // an eighth of a turn
  CHECK(cosine == Approx(sine).epsilon(1e-6));
  CHECK(cosine == Approx(std::sqrt(std::numbers::ln2)).epsilon(1e-6));
}

TEST_CASE("Latent numbers are standard normal and independent", "[random]") {
  constexpr std::size_t size = 50;
  constexpr int n = 20000;
  const EventRandom random(2024);
  std::array<double, 4> moment{};
  double neighbours = 0, across = 0;
  std::vector<float> z(size), before(size);
  for (int event = 0; event < n; ++event) {
    random(static_cast<std::uint64_t>(event), z);
    for (std::size_t i = 0; i < size; ++i) {
      double power = 1;
      for (double& m : moment) m += power *= z[i];
      neighbours += z[i] * z[(i + 1) % size];
      across += z[i] * before[i];
    }
    before = z;
  }
  // five standard deviations of each sample moment: var(z^k) = (2k - 1)!! - (mean of z^k)²
  constexpr double count = double{n} * size;
  CHECK(std::abs(moment[0] / count) < 5 * std::sqrt(1 / count));
  CHECK(std::abs(moment[1] / count - 1) < 5 * std::sqrt(2 / count));
  CHECK(std::abs(moment[2] / count) < 5 * std::sqrt(15 / count));
  CHECK(std::abs(moment[3] / count - 3) < 5 * std::sqrt(96 / count));
  CHECK(std::abs(neighbours / count) < 5 * std::sqrt(1 / count));
  CHECK(std::abs(across / count) < 5 * std::sqrt(1 / count));
}

TEST_CASE("An event's words follow the documented order", "[random]") {
  constexpr std::uint64_t seed = 0x0123456789abcdef, event = 0x1'0000'0005;
  const Philox4x32 philox({0x89abcdef, 0x01234567});
  std::vector<std::uint32_t> words;
  for (std::uint32_t block = 0; block < 3; ++block)
    for (const auto word : philox({5, 1, block, 0})) words.push_back(word);
  std::array<float, 9> z{};  // odd: the second of the last pair is dropped
  const auto u = EventRandom(seed)(event, z);
  CHECK(u.energy == (words[0] + 0.5) / 4294967296.0);
  CHECK(u.azimuth == (words[1] + 0.5) / 4294967296.0);
  for (std::size_t i = 0; i < z.size(); ++i) {
    const std::size_t pair = 2 + 2 * (i / 2);
    CHECK(z[i] == BoxMuller{}(words[pair], words[pair + 1])[i % 2]);
  }
}
