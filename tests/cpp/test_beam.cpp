#include <cmath>
#include <nugan/Beam.hpp>
#include <nugan/Philox4x64.hpp>
#include <nugan/Sampler.hpp>
#include <random/streams.hpp>

#include "catch.hpp"

using nugan::Beam;
using nugan::Philox4x64;

TEST_CASE("Philox4x64-10 has the known answers of Random123", "[random]") {
  const std::uint64_t ones = ~std::uint64_t{0};
  CHECK(Philox4x64({0, 0})({0, 0, 0, 0}) ==
        Philox4x64::Counter{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b});
  CHECK(Philox4x64({ones, ones})({ones, ones, ones, ones}) ==
        Philox4x64::Counter{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0});
  CHECK(Philox4x64({0x452821e638d01377, 0xbe5466cf34e90c6c})(
            {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89}) ==
        Philox4x64::Counter{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6});
}

TEST_CASE("Streams are uniform and those of purposes and events differ", "[random]") {
  double sum = 0, squares = 0;
  const nugan::Stream stream(7, nugan::Stream::vertex), other(7, nugan::Stream::nucleus);
  constexpr int events = 20'000;
  for (int event = 0; event < events; ++event)
    for (const double u : stream(event)) {
      REQUIRE((u >= 0 && u < 1));
      sum += u;
      squares += u * u;
    }
  CHECK(sum / (4 * events) == Approx(0.5).margin(5 * std::sqrt(1.0 / 12 / (4 * events))));
  CHECK(squares / (4 * events) == Approx(1.0 / 3).margin(5 * std::sqrt(4.0 / 45 / (4 * events))));
  CHECK(stream(3) != other(3));
  CHECK(stream(3) != stream(4));
  CHECK(stream.another_seed() != other.another_seed());
}

TEST_CASE("A beam turns events and keeps what does not depend on the frame", "[beam]") {
  const nugan::Sampler sampler("toy");
  const auto along_z = sampler.sample({.enu_low = 0.5, .enu_high = 5}, 500, 3);
  const std::array<std::array<double, 3>, 4> directions = {
      {{0, -0.101, 0.995}, {3, 4, -12}, {0, 0, -2}, {1e-12, 0, -1}}};
  for (const auto& direction : directions) {
    auto events = along_z;
    Beam{.direction = direction}.place(events, 3, 0);
    const double length = std::hypot(direction[0], direction[1], direction[2]);
    for (std::size_t i = 0; i < events.size(); ++i) {
      const nugan::Event e = events[i];
      const double nu[3] = {e.pxv, e.pyv, e.pzv}, mu[3] = {e.pxl, e.pyl, e.pzl};
      double product = 0, nu2 = 0, mu2 = 0;
      for (int k = 0; k < 3; ++k) {
        CHECK(nu[k] == Approx(e.Ev * direction[static_cast<std::size_t>(k)] / length).margin(1e-6));
        product += nu[k] * mu[k];
        nu2 += nu[k] * nu[k];
        mu2 += mu[k] * mu[k];
      }
      CHECK(std::sqrt(mu2) == Approx(e.pl).epsilon(1e-6));
      CHECK(product == Approx(std::sqrt(nu2) * e.pl * e.cthl).margin(1e-6 * e.Ev * e.pl));
      CHECK(e.El == along_z.El[i]);
      CHECK(e.phil == along_z.phil[i]);
    }
  }
}

TEST_CASE("A rotation keeps lengths and angles", "[beam]") {
  const auto direction = nugan::parse_direction("0.3,-0.2,-0.9");
  const auto m = nugan::rotation(direction);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(m[i][2] == Approx(direction[i]));
    for (std::size_t j = 0; j < 3; ++j) {
      const double product = m[0][i] * m[0][j] + m[1][i] * m[1][j] + m[2][i] * m[2][j];
      CHECK(product == Approx(i == j).margin(1e-14));
    }
  }
}

TEST_CASE("Vertices and times belong to the events, however a run is cut", "[beam]") {
  const nugan::Sampler sampler("toy");
  const Beam beam{.vertex = nugan::parse_vertex("-1:1,2,0:10"), .time = nugan::parse_time("0:9.6e-6")};
  auto all = sampler.sample({.enu_low = 1, .enu_high = 1}, 1000, 5);
  beam.place(all, 5, 0);
  auto part = sampler.sample({.enu_low = 1, .enu_high = 1}, 10, 5, 600);
  beam.place(part, 5, 600);
  double x = 0, z = 0, t = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(std::abs(all.vtxx[i]) <= 1);
    CHECK(all.vtxy[i] == 2);
    x += all.vtxx[i] / 1000;
    z += all.vtxz[i] / 1000;
    t += all.vtxt[i] / 1000;
  }
  CHECK(x == Approx(0).margin(5 * 2 / std::sqrt(12e3)));
  CHECK(z == Approx(5).margin(5 * 10 / std::sqrt(12e3)));
  CHECK(t == Approx(4.8e-6).margin(5 * 9.6e-6 / std::sqrt(12e3)));
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(part.vtxz[i] == all.vtxz[600 + i]);
    CHECK(part.vtxt[i] == all.vtxt[600 + i]);
  }
  CHECK(all.pxv.empty());
}

TEST_CASE("Beams that are none are refused", "[beam]") {
  for (const char* text :
       {"1,2", "1,2,3,4", "1:2:3,0,0", "a,0,0", ",,", "", "2:1,0,0", "inf,0,0", "1e31,0,0"})
    CHECK(names(error_of([&] { nugan::parse_vertex(text); }), "ver"));
  for (const char* text : {"", "1:", "x", "nan", "2:1"})
    CHECK(!error_of([&] { nugan::parse_time(text); }).empty());
  for (const char* text : {"0,0,0", "1,2", "1,2,nan", "inf,0,0", "1e-40,0,0", "1,,2,3"})
    CHECK(names(error_of([&] { nugan::parse_direction(text); }), "expected"));
  nugan::Events none;
  CHECK(!error_of([&] { Beam{.direction = {{0, 0, 0}}}.place(none, 1, 0); }).empty());
  CHECK(!error_of([&] { Beam{.time = {{2, 1}}}.place(none, 1, 0); }).empty());
}
