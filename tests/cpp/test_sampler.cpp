#include <cmath>
#include <limits>
#include <nugan/Constants.hpp>
#include <nugan/EventRandom.hpp>
#include <nugan/Sampler.hpp>
#include <nugan/find_model.hpp>
#include <numbers>
#include <thread>

#include "catch.hpp"
#include "same_events.hpp"

using nugan::Events;
using nugan::Sampler;

namespace {

constexpr nugan::EnergyRange full{.enu_low = 0.3, .enu_high = 10.0};

std::string open_error(const std::string& name) {
  return error_of([&] { Sampler sampler(name); });
}

}  // namespace

TEST_CASE("A sampler knows its model", "[sampler]") {
  const Sampler sampler("toy", {.device = "cpu", .threads = 2});
  const auto& model = sampler.model();
  CHECK(model.name == "toy");
  CHECK(model.process.probe == 14);
  CHECK(model.process.target == 1000060120);
  CHECK(model.interaction == "CC inclusive");
  CHECK(model.latent_size == 50);
  CHECK(model.enu_min == 0.3);
  CHECK(model.enu_max == 10.0);
  CHECK(model.shift == 0.004);
  CHECK(model.xsec_enu.size() == 5);
  CHECK(model.xsec.back() == Approx(7.0));
  CHECK(model.sha256.size() == 64);
  CHECK(model.metadata.front() == '{');
  CHECK(sampler.threads() == 2);
  CHECK(Sampler("toy").threads() >= 1);
}

TEST_CASE("The same seed gives the same events however a run is cut", "[sampler]") {
  const Events whole = Sampler("toy", {.threads = 1}).sample(full, 5000, 7);
  REQUIRE(whole.size() == 5000);
  const Sampler sampler("toy", {.threads = 2});
  CHECK(same(whole, 0, sampler.sample(full, 5000, 7)));
  for (const std::int64_t chunk : {1, 100, 511, 512, 513, 1000, 4096})
    for (std::int64_t first = 0; first < 5000; first += 7 * chunk)
      REQUIRE(same(whole, first, sampler.sample(full, std::min(chunk, 5000 - first), 7, first)));
  CHECK_FALSE(same(whole, 0, sampler.sample(full, 5000, 8)));
}

TEST_CASE("Given energies and drawn energies lead to the same events", "[sampler]") {
  const Sampler sampler("toy");
  const Events drawn = sampler.sample(full, 700, 3, 100);
  const std::vector<double> enu(drawn.Ev.begin(), drawn.Ev.end());
  CHECK(same(drawn, 0, sampler.sample_at(enu, 3, 100)));
  const Events fixed = sampler.sample({.enu_low = 1.0, .enu_high = 1.0}, 700, 3);
  CHECK(same(fixed, 0, sampler.sample_at(std::vector<double>(700, 1.0), 3)));
}

TEST_CASE("Energies are the first uniform numbers of the events", "[sampler]") {
  const Sampler sampler("toy", {.threads = 2});
  const nugan::EventRandom random(77);
  const std::int64_t first = 1'000'000;
  const std::vector<double> borders{0.5, 2.0, 4.0}, left{3, 1}, right{2, 0};
  const nugan::EnergySpectrum spectrum(borders, left, right);
  for (const std::int64_t n : {1, 513, 70'000}) {  // a lane, two tiles, two threads
    const Events range = sampler.sample({.enu_low = 0.5, .enu_high = 3.5}, n, 77, first);
    const Events quantiles = sampler.sample(spectrum, n, 77, first);
    for (std::size_t i = 0; i < range.size(); ++i) {
      const double u = random(first + i, {}).energy;
      REQUIRE(range.Ev[i] == static_cast<float>(0.5 + 3 * u));
      REQUIRE(quantiles.Ev[i] == static_cast<float>(spectrum.quantile(u)));
    }
  }
}

TEST_CASE("Several threads may share a sampler", "[sampler]") {
  const Sampler sampler("toy", {.threads = 2});
  const Events expected = sampler.sample(full, 3000, 11);
  std::vector<Events> got(4);
  {
    std::vector<std::jthread> users;
    for (auto& events : got) users.emplace_back([&] { events = sampler.sample(full, 3000, 11); });
  }
  for (const auto& events : got) CHECK(same(expected, 0, events));
}

TEST_CASE("Columns obey the muon's kinematics", "[sampler]") {
  const Events e = Sampler("toy").sample(full, 5000, 1, 40);
  constexpr double m = nugan::muon_mass, M = nugan::nucleon_mass;
  double azimuth = 0;
  for (std::size_t i = 0; i < e.size(); ++i) {
    REQUIRE(e.iev[i] == static_cast<int>(40 + i));
    REQUIRE((e.Ev[i] >= 0.3f && e.Ev[i] <= 10.0f));
    REQUIRE((e.El[i] >= m - 1e-6 && e.El[i] <= e.Ev[i] - 0.004 + 1e-6));
    const double px = e.pxl[i], py = e.pyl[i], pz = e.pzl[i], p = e.pl[i], energy = e.El[i];
    REQUIRE(px * px + py * py + pz * pz == Approx(p * p).epsilon(1e-6).margin(1e-12));
    REQUIRE(energy * energy - p * p == Approx(m * m).margin(1e-6 * energy * energy));
    REQUIRE(pz == Approx(p * e.cthl[i]).margin(1e-6 * p));
    REQUIRE(e.cthl[i] == Approx(std::cos(static_cast<double>(e.thetal[i]))).margin(1e-15));
    REQUIRE(std::abs(e.phil[i]) <= std::numbers::pi_v<float>);
    // sin(theta) of a float32 pi is -9e-8: there the azimuth has no meaning
    if (std::hypot(px, py) > 1e-5 * p) REQUIRE(std::atan2(py, px) == Approx(e.phil[i]).margin(2e-6));
    const double q0 = double{e.Ev[i]} - energy;
    REQUIRE(e.Q2[i] == Approx(2 * e.Ev[i] * (energy - pz) - m * m).margin(1e-5 * e.Ev[i]));
    const double w2 = M * M + 2 * M * q0 - e.Q2[i];
    if (e.W[i] == nugan::undefined_w)
      REQUIRE(w2 < 1e-4);
    else
      REQUIRE(double{e.W[i]} * e.W[i] == Approx(w2).margin(1e-4));
    REQUIRE(2 * M * e.x[i] * e.y[i] * e.Ev[i] == Approx(e.Q2[i]).epsilon(1e-5));
    azimuth += std::cos(e.phil[i]);
  }
  CHECK(std::abs(azimuth) < 5 * std::sqrt(0.5 * 5000));
}

TEST_CASE("A latent vector of odd length works", "[sampler]") {
  CHECK(Sampler("odd").sample(full, 600, 1).size() == 600);
}

TEST_CASE("Bad requests are refused with the value and the range", "[sampler]") {
  const Sampler s("toy");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(names(error_of([&] { s.sample(full, 0, 1); }), "n = 0"));
  CHECK(names(error_of([&] { s.sample(full, -5, 1); }), "n = -5"));
  CHECK(names(error_of([&] { s.sample(full, 1, 1, -1); }), "first = -1"));
  CHECK(names(error_of([&] { s.sample(full, 2, 1, 2147483647); }), "2147483647"));
  CHECK(
      names(error_of([&] { s.sample(full, std::numeric_limits<std::int64_t>::max(), 1, 5); }), "2147483647"));
  CHECK(s.sample(full, 1, 1, 2147483647).iev[0] == 2147483647);
  CHECK(names(error_of([&] { s.sample({0.2, 1.0}, 1, 1); }), "enu = 0.2 GeV", "0.3 to 10", "toy"));
  CHECK(names(error_of([&] { s.sample({1.0, 11.0}, 1, 1); }), "enu = 11 GeV"));
  CHECK(names(error_of([&] { s.sample({nan, 1.0}, 1, 1); }), "enu = nan"));
  CHECK(names(error_of([&] { s.sample({2.0, 1.0}, 1, 1); }), "2 to 1 GeV"));
  CHECK(names(error_of([&] { s.sample_at({}, 1); }), "n = 0"));
  CHECK(names(error_of([&] { s.sample_at(std::vector{1.0, nan}, 1); }), "enu = nan"));
  CHECK(names(error_of([] { Sampler("toy", {.threads = -1}); }), "threads = -1"));
}

TEST_CASE("Files that are no models are refused by name", "[sampler]") {
  CHECK(names(open_error("nosuch"), "nosuch", "toy"));
  CHECK(names(open_error("/nowhere/m.pt"), "no model file /nowhere/m.pt"));
  for (const char* name : {"truncated", "noise", "empty"})
    CHECK(names(open_error(name), name, "not a readable TorchScript archive"));
  CHECK(names(open_error("bare"), "bare.pt: no nugan.json inside"));
  CHECK(names(open_error("flipped"), "flipped.pt: weights do not match their SHA-256; the file is corrupt"));
  CHECK(names(open_error("sha256"), "sha256.pt: attribute 'sha256': expected it to be there"));
  const std::string folder = nugan::find_model("toy");
  CHECK(
      names(open_error(folder.substr(0, folder.rfind("toy")) + "folder.pt"), "no model file ", "folder.pt"));
}

TEST_CASE("A network that breaks the contract gives an error, never events", "[sampler]") {
  const auto error = [](const char* name) {
    return error_of([&] { Sampler(name, {.threads = 2}).sample(full, 2000, 1); });
  };
  CHECK(names(error("nan"), "nan.pt", "emu = nan"));
  CHECK(names(error("energy"), "energy.pt", "for event"));
  // opening runs the network once: before MKL has met each function, two threads may get different bits
  CHECK(names(open_error("shape"), "shape.pt", "expected Float [512, 2]"));
  CHECK(names(open_error("raise"), "raise.pt", "a fault in the network"));
}

TEST_CASE("Devices are named or refused", "[sampler]") {
  const auto error = [](const char* device) { return error_of([&] { Sampler("toy", {.device = device}); }); };
  for (const char* device : {"gpu", "", "cuda:", "cuda:x", "cuda:-1", "CPU"})
    CHECK(names(error(device), std::string("'") + device + "'", "is not cpu, cuda or cuda:k"));
  CHECK(names(error("cuda:99"), "cuda:99", "CUDA device"));
}
