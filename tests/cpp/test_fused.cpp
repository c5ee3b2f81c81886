#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fused/dense.hpp>
#include <fused/draw.hpp>
#include <fused/lepton_columns.hpp>
#include <fused/spline.hpp>
#include <limits>
#include <nugan/EventRandom.hpp>
#include <nugan/Kinematics.hpp>
#include <numbers>
#include <random>
#include <simd/Portable.hpp>
#include <simd/functions.hpp>
#include <vector>

#include "catch.hpp"

// The library shows none of its kernels: here they are compiled anew, in plain C++. Tests in Python compare
// every instruction set with these through the sampler.

using S = nugan::simd::Portable;
using nugan::muon_mass;
using std::numbers::pi;

namespace {

constexpr int tile = nugan::tile_events<S>;

template <class Function>
double at(Function function, double x) {
  return function(S::set(static_cast<float>(x))).lane[0];
}

// Relative to `size` where that is larger than the value
double error(double found, double expected, double size = 0) {
  return std::abs(found - expected) / std::max(std::abs(expected), size);
}

}  // namespace

TEST_CASE("The draw in lanes gives the bits of EventRandom", "[fused]") {
  constexpr std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  constexpr int stride = 112, guard = -1;
  for (const int size : {1, 2, 3, 50})
    for (const int events : {32, 96})
      for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{0x0123456789abcdef}, last})
        for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{31}, (std::uint64_t{1} << 32) - 17,
                                          std::uint64_t{1} << 40, last - 15}) {
          std::vector<double> energy(stride, guard), azimuth(stride, guard);
          std::vector<float> latent(static_cast<std::size_t>(size * stride), guard), expected(size);
          nugan::draw<S>({.seed = seed,
                          .first = first,
                          .events = events,
                          .latent_size = size,
                          .energy = energy.data(),
                          .azimuth = azimuth.data(),
                          .latent = latent.data(),
                          .stride = stride});
          const nugan::EventRandom random(seed);
          for (int i = 0; i < stride; ++i) {
            std::fill(expected.begin(), expected.end(), static_cast<float>(guard));
            nugan::EventRandom::Uniforms uniforms{guard, guard};
            if (i < events) uniforms = random(first + static_cast<std::uint64_t>(i), expected);
            bool same = energy[i] == uniforms.energy && azimuth[i] == uniforms.azimuth;
            for (int l = 0; l < size; ++l) same = same && latent[l * stride + i] == expected[l];
            REQUIRE(same);
          }
        }
}

TEST_CASE("Vector functions are those of double precision", "[fused]") {
  double exp2 = 0, exp = 0, log = 0, sine = 0, sigmoid = 0, silu = 0, cdf = 0, sum = 0;
  for (int k = -5000; k <= 5000; ++k) {
    const double x = k / 5000.0;
    const auto [power, slope, angle, wide, z] = std::array{125 * x, 3 * x, pi / 2 * x, 30.0 * x, 7.0 * x};
    const auto f = [](double v) { return double{static_cast<float>(v)}; };
    exp2 = std::max(exp2, error(at(nugan::simd::exp2<S>, power), std::exp2(f(power))));
    exp = std::max(exp, error(at(nugan::simd::exp<S>, slope), std::exp(f(slope))));
    const double number = f(std::exp(85.0 * x));
    log = std::max(log, error(at(nugan::simd::log<S>, number), std::log(number), 1e-3));
    sine = std::max(sine, error(at(nugan::simd::sine_of_quarter<S>, angle), std::sin(f(angle)), 1e-30));
    const double half = 1 / (1 + std::exp(-f(wide)));
    sigmoid = std::max(sigmoid, error(at(nugan::simd::sigmoid<S>, wide), half, 1e-3));
    silu = std::max(silu, error(at(nugan::simd::silu<S>, wide), f(wide) * half, 1e-3));
    const double low = at(nugan::simd::normal_cdf<S>, z), high = at(nugan::simd::normal_cdf<S>, -z);
    cdf = std::max(cdf, std::abs(low - 0.5 * std::erfc(-f(z) / std::numbers::sqrt2)));
    sum = std::max(sum, std::abs(low + high - 1));
  }
  CHECK(exp2 < 3e-7);
  CHECK(exp < 6e-7);
  CHECK(log < 2e-7);
  CHECK(sine < 2e-7);
  CHECK(sigmoid < 1e-6);
  CHECK(silu < 1e-6);
  CHECK(cdf < 1.2e-7);
  CHECK(sum < 1.2e-7);
}

TEST_CASE("Vector functions stay finite at the ends", "[fused]") {
  for (const double x : {-1e30, -1e4, -200.0, -127.0}) {
    const double power = at(nugan::simd::exp2<S>, x);
    CHECK((power >= 0 && power <= 0x1p-125));
    CHECK((at(nugan::simd::sigmoid<S>, x) >= 0 && at(nugan::simd::sigmoid<S>, x) < 1e-37));
    CHECK(std::abs(at(nugan::simd::silu<S>, x)) < 1e-7);
    CHECK(at(nugan::simd::sigmoid<S>, -x) == 1);
    CHECK(at(nugan::simd::silu<S>, -x) == static_cast<float>(-x));
    CHECK(at(nugan::simd::normal_cdf<S>, -x) == 1);
    CHECK((at(nugan::simd::normal_cdf<S>, x) >= 0 && at(nugan::simd::normal_cdf<S>, x) < 1e-11));
  }
  CHECK(at(nugan::simd::exp2<S>, 0) == Approx(1).epsilon(1.2e-7));
  CHECK(at(nugan::simd::log<S>, 1) == 0);
  CHECK(at(nugan::simd::normal_cdf<S>, 0) == Approx(0.5).epsilon(1.2e-7));
}

TEST_CASE("Dense layers of any number of outputs", "[fused]") {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (int outputs = 1; outputs <= 4 * S::accumulators + 1; ++outputs)
    for (const int inputs : {1, 2, 17}) {
      std::vector<float> weight(outputs * inputs), bias(outputs), packed;
      for (auto* numbers : {&weight, &bias})
        for (float& number : *numbers) number = normal(random);
      const int groups = (outputs + S::accumulators - 1) / S::accumulators;
      for (int group = 0, first = 0; group < groups; ++group) {
        const int size = outputs / groups + (group < outputs % groups ? 1 : 0);
        packed.insert(packed.end(), bias.begin() + first, bias.begin() + first + size);
        for (int k = 0; k < inputs; ++k)
          for (int o = first; o < first + size; ++o) packed.push_back(weight[o * inputs + k]);
        first += size;
      }
      alignas(64) std::array<float, 17 * tile> x{};
      for (float& number : x) number = normal(random);
      const nugan::PackedDense layer{
          .data = packed.data(), .inputs = inputs, .outputs = outputs, .groups = groups};
      int next = 0;
      nugan::dense<S>(layer, x.data(), [&](int o, S::F low, S::F high) {
        REQUIRE(o == next++);
        for (int i = 0; i < tile; ++i) {
          double sum = bias[o];
          for (int k = 0; k < inputs; ++k) sum += double{weight[o * inputs + k]} * x[k * tile + i];
          const float found = i < S::width ? low.lane[i] : high.lane[i - S::width];
          REQUIRE(found == Approx(sum).margin(1e-5));
        }
      });
      REQUIRE(next == outputs);
    }
}

namespace {

// A monotone rational-quadratic spline in double precision (Durkan et al., arXiv:1906.04032)
struct Spline {
  explicit Spline(const std::vector<double>& raw) : bins((raw.size() - 1) / 3), x{0}, u{0} {
    double widths = 0, heights = 0;
    for (std::size_t k = 0; k < bins; ++k) widths += std::exp(raw[k]), heights += std::exp(raw[bins + k]);
    const auto n = static_cast<double>(bins);
    for (std::size_t k = 0; k < bins; ++k) {
      x.push_back(x.back() + 1e-3 + (1 - 1e-3 * n) * std::exp(raw[k]) / widths);
      u.push_back(u.back() + 1e-5 + (1 - 1e-5 * n) * std::exp(raw[bins + k]) / heights);
    }
    for (std::size_t k = 0; k <= bins; ++k) {
      const double mean = std::sqrt(secant(k == 0 ? 0 : k - 1) * secant(std::min(k, bins - 1)));
      const double free = raw[2 * bins + k];
      slope.push_back(mean * std::exp(free / (1 + std::abs(free) / 3)));
    }
  }

  double secant(std::size_t k) const { return (u[k + 1] - u[k]) / (x[k + 1] - x[k]); }

  double operator()(double point) const {
    std::size_t k = 0;
    while (k + 1 < bins && point >= x[k + 1]) ++k;
    const double t = (point - x[k]) / (x[k + 1] - x[k]), r = 1 - t, s = secant(k);
    const double over = (u[k + 1] - u[k]) * (s * t * t + slope[k] * t * r);
    return u[k] + over / (s + (slope[k] + slope[k + 1] - 2 * s) * t * r);
  }

  std::size_t bins;
  std::vector<double> x, u, slope;
};

}  // namespace

TEST_CASE("A spline's quantile inverts the spline", "[fused]") {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  std::uniform_real_distribution<float> uniform;
  for (const int bins : {2, 3, 32, 48})
    for (int repeat = 0; repeat < 40; ++repeat) {
      const int rows = 3 * bins + 1;
      alignas(64) std::array<float, 145 * tile> raw{};
      std::vector<double> lane[S::width];
      for (int row = 0; row < rows; ++row)
        for (int i = 0; i < S::width; ++i) lane[i].push_back(raw[row * tile + i] = normal(random));
      S::F u;
      for (float& value : u.lane) value = uniform(random);
      if (repeat == 0) u.lane[0] = 0, u.lane[1] = 1, u.lane[2] = 1e-7f, u.lane[3] = 1 - 0x1p-24f;
      const S::F x = nugan::spline_quantile<S, tile>(raw.data(), bins, u);
      for (int i = 0; i < S::width; ++i) {
        REQUIRE((x.lane[i] >= 0 && x.lane[i] <= 1));
        // float32 rounds both x and u
        const Spline spline(lane[i]);
        REQUIRE(spline(x.lane[i] - 2e-7) - 4e-7 <= u.lane[i]);
        REQUIRE(spline(x.lane[i] + 2e-7) + 4e-7 >= u.lane[i]);
      }
      if (repeat == 0) {
        CHECK(x.lane[0] == 0);
        CHECK(x.lane[1] == Approx(1).epsilon(1e-5));
      }
    }
}

namespace {

// The columns of muons, each with room for one more
struct Columns {
  explicit Columns(const std::vector<nugan::Kinematics>& muons) : size(static_cast<int>(muons.size())) {
    for (const auto& muon : muons) {
      enu.push_back(static_cast<float>(muon.enu));
      emu.push_back(static_cast<float>(muon.emu));
      theta.push_back(static_cast<float>(muon.theta));
      azimuth.push_back((static_cast<double>(azimuth.size()) + 0.5) / static_cast<double>(size));
    }
    for (auto& column : floats) column.resize(muons.size());
    iev.resize(muons.size());
    cosine.resize(muons.size());
  }

  int fill(double shift) {
    const auto column = [&](int k) { return floats[static_cast<std::size_t>(k)].data(); };
    return nugan::fill_lepton_columns<S>({.events = size,
                                          .first = 40,
                                          .enu = enu.data(),
                                          .emu = emu.data(),
                                          .theta = theta.data(),
                                          .azimuth = azimuth.data(),
                                          .shift = shift,
                                          .mass = muon_mass,
                                          .iev = iev.data(),
                                          .El = column(0),
                                          .pxl = column(1),
                                          .pyl = column(2),
                                          .pzl = column(3),
                                          .pl = column(4),
                                          .cthl = cosine.data(),
                                          .thetal = column(5),
                                          .phil = column(6),
                                          .Q2 = column(7),
                                          .W = column(8),
                                          .x = column(9),
                                          .y = column(10)});
  }

  int size;
  std::vector<float> enu, emu, theta;
  std::vector<double> azimuth, cosine;
  std::array<std::vector<float>, 11> floats;
  std::vector<std::int32_t> iev;
};

}  // namespace

TEST_CASE("Columns are the observables of muons on the whole phase space", "[fused]") {
  constexpr double shift = 0.004;
  std::vector<nugan::Kinematics> muons;
  for (const double enu : {0.3, 0.31, 1.0, 4.7, 10.0})
    for (int j = 0; j <= 40; ++j)
      for (int k = 0; k <= 40; ++k)
        muons.push_back({enu, muon_mass + (enu - shift - muon_mass) * j / 40, pi * k / 40});
  Columns columns(muons);
  REQUIRE(columns.fill(shift) == 0);
  const auto same = [](double found, double expected) {
    const auto rounded = static_cast<float>(expected);
    const float next = std::nextafter(rounded, std::numeric_limits<float>::infinity());
    const float before = std::nextafter(rounded, -std::numeric_limits<float>::infinity());
    return found >= before && found <= next;
  };
  for (std::size_t i = 0; i < muons.size(); ++i) {
    const double enu = columns.enu[i], emu = columns.emu[i], theta = columns.theta[i];
    const double phi = pi * (2 * columns.azimuth[i] - 1);
    const auto o = nugan::observables({enu, emu, theta}, muon_mass);
    REQUIRE(columns.iev[i] == static_cast<int>(40 + i));
    REQUIRE(columns.cosine[i] == Approx(std::cos(theta)).margin(1e-15));
    const std::array expected{emu,
                              o.p * std::sin(theta) * std::cos(phi),
                              o.p * std::sin(theta) * std::sin(phi),
                              o.pz,
                              o.p,
                              theta,
                              phi,
                              o.q2,
                              o.w,
                              o.x,
                              o.y};
    for (std::size_t k = 0; k < expected.size(); ++k) {
      INFO("column " << k << " of enu = " << enu << ", emu = " << emu << ", theta = " << theta);
      REQUIRE(same(columns.floats[k][i], expected[k]));
    }
  }
}

TEST_CASE("Muons outside of the phase space are counted", "[fused]") {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  const nugan::Kinematics good{1.0, 0.5, 0.3};
  const auto bad = [](const std::vector<nugan::Kinematics>& muons) { return Columns(muons).fill(0.004); };
  CHECK(bad({good, good, good}) == 0);
  // rounding to float32 may leave it by this much
  CHECK(bad({{10.0, muon_mass - 1e-8, 0.0}, {10.0, 9.996001, pi + 1e-7}}) == 0);
  for (const nugan::Kinematics& muon :
       {nugan::Kinematics{1.0, 0.1, 0.3}, nugan::Kinematics{1.0, 0.997, 0.3},
        nugan::Kinematics{1.0, 0.5, -1e-6}, nugan::Kinematics{1.0, 0.5, 3.1417},
        nugan::Kinematics{1.0, nan, 0.3}, nugan::Kinematics{1.0, 0.5, nan},
        nugan::Kinematics{1.0, infinity, 0.3}}) {
    CHECK(bad({muon}) == 1);
    CHECK(bad({good, muon, good, muon}) == 2);
  }
}
