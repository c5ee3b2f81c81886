#include <algorithm>
#include <array>
#include <cmath>
#include <fused/draw.hpp>
#include <map>
#include <nugan/EventRandom.hpp>
#include <numbers>
#include <numeric>
#include <simd/Portable.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"

using nugan::BoxMuller;
using nugan::EventRandom;
using nugan::Philox4x32;

namespace {

// Sums over latent numbers that tell whether they are normal, and independent of what is near them.
//
// Each sum has one place for each event of a batch, so that compilers make vectors of the loops.
class Tally {
 public:
  static constexpr int batch = 256, apart = nugan::draw_lanes, size = 50;
  using Sum = std::array<double, batch>;

  // the sums of z, z², ... z⁶
  std::array<Sum, 6> moment{};
  // products of mean 0 and variance 1
  std::map<std::string, std::pair<Sum, std::uint64_t>> product;
  // bins of 1/16 from -8 to 8
  std::array<std::uint64_t, 256> histogram{};
  std::uint64_t count = 0;

  // The batch of events from number `first`, and what is behind it
  void operator()(std::uint64_t seed, std::uint64_t first) {
    draw(seed, first, z_, energy_, azimuth_);
    draw(seed + 1, first, other_, unused_, unused_);
    const auto square = [](double z) { return (z * z - 1) * std::numbers::sqrt2 / 2; };
    const auto uniform = [](double u) { return std::sqrt(12.0) * (u - 0.5); };
    for (int l = 0; l < size; ++l) {
      const float* z = z_.data() + l * stride;
      const float* pair = z_.data() + (l ^ 1) * stride;
      const float* next = z_.data() + (l + 2) % size * stride;
      const float* other = other_.data() + l * stride;
      add_moments(z);
      add("z z' of a pair", [&](int i) { return double{z[i]} * pair[i]; });
      add("z² z'² of a pair", [&](int i) { return square(z[i]) * square(pair[i]); });
      add("z z' of the next pair", [&](int i) { return double{z[i]} * next[i]; });
      add("z z' of the next event", [&](int i) { return double{z[i]} * z[i + 1]; });
      add("z² z'² of the next event", [&](int i) { return square(z[i]) * square(z[i + 1]); });
      add("z z' of the next vector of events", [&](int i) { return double{z[i]} * z[i + apart]; });
      add("z z' of the next seed", [&](int i) { return double{z[i]} * other[i]; });
      add("z and the energy", [&](int i) { return z[i] * uniform(energy_[i]); });
      add("z and the azimuth", [&](int i) { return z[i] * uniform(azimuth_[i]); });
    }
    add("energy and azimuth", [&](int i) { return uniform(energy_[i]) * uniform(azimuth_[i]); });
    add("energies of neighbours", [&](int i) { return uniform(energy_[i]) * uniform(energy_[i + 1]); });
    count += std::uint64_t{batch} * size;
  }

  void operator+=(const Tally& other) {
    const auto join = [](Sum& sum, const Sum& more) {
      for (int i = 0; i < batch; ++i) sum[i] += more[i];
    };
    for (std::size_t k = 0; k < moment.size(); ++k) join(moment[k], other.moment[k]);
    for (std::size_t k = 0; k < histogram.size(); ++k) histogram[k] += other.histogram[k];
    for (const auto& [name, sum] : other.product) {
      join(product[name].first, sum.first);
      product[name].second += sum.second;
    }
    count += other.count;
  }

 private:
  static constexpr int stride = batch + apart;

  static void draw(std::uint64_t seed, std::uint64_t first, std::vector<float>& latent,
                   std::vector<double>& energy, std::vector<double>& azimuth) {
    nugan::draw<nugan::simd::Portable>({.seed = seed,
                                        .first = first,
                                        .events = stride,
                                        .latent_size = size,
                                        .energy = energy.data(),
                                        .azimuth = azimuth.data(),
                                        .latent = latent.data(),
                                        .stride = stride});
  }

  void add_moments(const float* z) {
    for (int i = 0; i < batch; ++i) {
      double power = 1;
      for (Sum& sum : moment) sum[i] += power *= z[i];
    }
    for (int i = 0; i < batch; ++i) ++histogram[static_cast<std::size_t>((z[i] + 8) * 16)];
  }

  template <class Term>
  void add(const char* name, const Term& term) {
    auto& [sum, pairs] = product[name];
    for (int i = 0; i < batch; ++i) sum[i] += term(i);
    pairs += batch;
  }

  std::vector<float> z_ = std::vector<float>(stride * size), other_ = z_;
  std::vector<double> energy_ = std::vector<double>(stride), azimuth_ = energy_, unused_ = energy_;
};

// At least `draws` numbers of the first events of a seed, on all threads
Tally tally(std::uint64_t draws, std::uint64_t seed) {
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  const std::uint64_t events = draws / Tally::size;
  std::vector<Tally> tallies(threads);
  {
    std::vector<std::jthread> pool;
    for (unsigned t = 0; t < threads; ++t)
      pool.emplace_back([&, t] {
        for (std::uint64_t first = t * Tally::batch; first < events; first += threads * Tally::batch)
          tallies[t](seed, first);
      });
  }
  for (unsigned t = 1; t < threads; ++t) tallies[0] += tallies[t];
  return tallies[0];
}

// Within five standard deviations, or what stands for them in a Poisson distribution of a small mean
void check(const Tally& tally) {
  const auto n = static_cast<double>(tally.count);
  const auto mean = [](const Tally::Sum& sum, double terms) {
    return std::accumulate(sum.begin(), sum.end(), 0.0) / terms;
  };
  // (2k - 1)!!, the mean of z^2k
  const auto even_moment = [](int k) {
    return k == 0 ? 1.0 : std::tgamma(2 * k) / std::tgamma(k) / std::exp2(k - 1);
  };
  for (int k = 1; k <= 6; ++k) {
    const double expected = k % 2 == 0 ? even_moment(k / 2) : 0.0;
    const double spread = std::sqrt((even_moment(k) - expected * expected) / n);
    INFO("moment " << k);
    CHECK(std::abs(mean(tally.moment[static_cast<std::size_t>(k - 1)], n) - expected) / spread < 5);
  }
  for (const auto& [name, sum] : tally.product) {
    INFO(name);
    const auto terms = static_cast<double>(sum.second);
    // a pair is met from both sides
    const double twice = name.ends_with("of a pair") ? 2 : 1;
    CHECK(std::abs(mean(sum.first, terms)) * std::sqrt(terms / twice) < 5);
  }
  const auto above = [](double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); };
  double chi2 = 0, bins = 0;
  for (int bin = 0; bin < 256; ++bin) {
    const double low = bin / 16.0 - 8, expected = n * std::abs(above(low) - above(low + 1 / 16.0));
    if (expected < 20) continue;
    const double difference = static_cast<double>(tally.histogram[static_cast<std::size_t>(bin)]) - expected;
    chi2 += difference * difference / expected;
    ++bins;
  }
  CHECK(chi2 < bins + 5 * std::sqrt(2 * bins));
  for (const int sigma : {3, 4, 5, 6}) {
    const auto* const bin = tally.histogram.data();
    const int reach = 16 * (8 - sigma);
    const auto low = static_cast<double>(std::accumulate(bin, bin + reach, std::uint64_t{0}));
    const auto high = static_cast<double>(std::accumulate(bin + 256 - reach, bin + 256, std::uint64_t{0}));
    const double expected = n * above(sigma);
    INFO(sigma << " sigma: " << low << " below and " << high << " above, " << expected << " expected");
    CHECK(std::max(std::abs(low - expected), std::abs(high - expected)) < 5 * std::sqrt(expected) + 3);
  }
}

}  // namespace

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

TEST_CASE("The logarithm and both angles of Box-Muller are those of double precision", "[random]") {
  const auto check = [](std::uint32_t word) {
    const double log = std::log((word + 0.5) * 0x1p-32);
    // the word itself is rounded to 24 bits
    REQUIRE(std::abs(nugan::log_uniform(word) - log) <= 2.4e-7 * std::abs(log) + 0x1.02p-25);
    const auto [cosine, sine] = BoxMuller{}(0, word);
    const double angle = 2 * std::numbers::pi * (word + 0.5) * 0x1p-32;
    const double radius = std::sqrt(66 * std::numbers::ln2);
    REQUIRE(std::abs(cosine - radius * std::cos(angle)) <= 2e-6);
    REQUIRE(std::abs(sine - radius * std::sin(angle)) <= 2e-6);
    REQUIRE(std::hypot(double{cosine}, double{sine}) == Approx(radius).epsilon(3e-7));
  };
  for (std::uint32_t k = 0; k < 3000; ++k) {
    check(k);
    check(0xffffffff - k);
    for (const std::uint32_t eighth : {1u, 2u, 3u, 4u, 5u, 6u, 7u}) check((eighth << 29) + k - 1500);
  }
  for (std::uint64_t word = 0; word <= 0xffffffff; word += 40009) check(static_cast<std::uint32_t>(word));
}

TEST_CASE("Every radius is that of double precision", "[.heavy]") {
  double squares = 0, worst = 0;
  for (std::uint64_t word = 0; word <= 0xffffffff; ++word) {
    const double log = std::log((word + 0.5) * 0x1p-32);
    const double found = nugan::log_uniform(static_cast<std::uint32_t>(word));
    worst = std::max(worst, std::abs(found - log) / (2.4e-7 * std::abs(log) + 0x1.02p-25));
    squares -= 2 * found;
  }
  CHECK(worst <= 1);
  CHECK(squares * 0x1p-32 == Approx(2).epsilon(1e-8));
}

TEST_CASE("Latent numbers are standard normal and independent", "[random]") {
  check(tally(1'000'000, 2024));
}

TEST_CASE("A thousand million latent numbers are standard normal and independent", "[.heavy]") {
  check(tally(1'000'000'000, 7));
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
