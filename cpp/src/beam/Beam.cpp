#include <algorithm>
#include <cmath>
#include <nugan/Beam.hpp>
#include <nugan/Error.hpp>

#include "../random/streams.hpp"
#include "../text/message.hpp"
#include "../text/split.hpp"
#include "../text/to_number.hpp"

namespace nugan {

namespace {

// lengths, times and components of a direction that are no mistake are smaller
constexpr double most = 1e30;

void check(const char* name, const Interval& interval) {
  const auto [low, high] = interval;
  if (!(std::abs(low) <= most && std::abs(high) <= most && low <= high))
    throw Error(message(name, " ", low, ":", high, ": expected finite numbers, low <= high, up to ", most));
}

Interval parse_interval(const char* option, const std::string& whole, const std::string& text) {
  const auto ends = split(text, ':');
  const auto low = to_number(ends.front()), high = to_number(ends.back());
  if (ends.size() > 2 || !low || !high)
    throw Error(message(option, " '", whole, "': '", text, "' is neither a number nor LOW:HIGH"));
  const Interval interval{*low, *high};
  check(option, interval);
  return interval;
}

std::array<double, 3> unit_vector(const std::array<double, 3>& v) {
  const double largest = std::max({std::abs(v[0]), std::abs(v[1]), std::abs(v[2])});
  if (!(largest >= 1 / most && largest <= most && std::isfinite(v[0] + v[1] + v[2])))
    throw Error(message("beam direction [", v[0], ", ", v[1], ", ", v[2],
                        "]: expected three finite numbers, not all zero, the largest between ", 1 / most,
                        " and ", most));
  const double length = std::hypot(v[0], v[1], v[2]);
  return {v[0] / length, v[1] / length, v[2] / length};
}

}  // namespace

Beam Beam::checked() const {
  if (vertex)
    for (const auto& side : *vertex) check("vertex", side);
  if (time) check("time", *time);
  Beam beam = *this;
  if (direction) beam.direction = unit_vector(*direction);
  return beam;
}

void Beam::turn(std::span<const float> Ev, std::array<std::span<float>, 3> lepton,
                std::array<std::span<float>, 3> neutrino) const {
  const auto m = rotation(*direction);
  for (std::size_t i = 0; i < Ev.size(); ++i) {
    const double p[3] = {lepton[0][i], lepton[1][i], lepton[2][i]}, enu = Ev[i];
    for (std::size_t k = 0; k < 3; ++k) {
      lepton[k][i] = static_cast<float>(m[k][0] * p[0] + m[k][1] * p[1] + m[k][2] * p[2]);
      neutrino[k][i] = static_cast<float>((*direction)[k] * enu);
    }
  }
}

void Beam::turn(std::array<std::span<double>, 3> momenta) const {
  const auto m = rotation(*direction);
  const auto& [x, y, z] = momenta;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double p[3] = {x[i], y[i], z[i]};
    for (std::size_t k = 0; k < 3; ++k) momenta[k][i] = m[k][0] * p[0] + m[k][1] * p[1] + m[k][2] * p[2];
  }
}

void Beam::positions(std::uint64_t seed, std::int64_t first, std::array<std::span<double>, 4> columns) const {
  const Interval none{0, 0};
  const std::array<Interval, 4> sides = {vertex ? (*vertex)[0] : none, vertex ? (*vertex)[1] : none,
                                         vertex ? (*vertex)[2] : none, time.value_or(none)};
  const Stream stream(seed, Stream::vertex);
  const std::size_t n = std::max(columns[0].size(), columns[3].size());
  for (std::size_t i = 0; i < n; ++i) {
    const auto u = stream(first + static_cast<std::int64_t>(i));
    for (std::size_t k = 0; k < 4; ++k)
      if (!columns[k].empty()) columns[k][i] = sides[k].low + (sides[k].high - sides[k].low) * u[k];
  }
}

void Beam::place(Events& e, std::uint64_t seed, std::int64_t first) const {
  const Beam beam = checked();
  const std::size_t n = e.size();
  if (direction) {
    for (auto* column : {&e.pxv, &e.pyv, &e.pzv}) column->resize(n);
    beam.turn(e.Ev, {e.pxl, e.pyl, e.pzl}, {e.pxv, e.pyv, e.pzv});
    beam.turn({e.particles.px, e.particles.py, e.particles.pz});
  }
  if (vertex)
    for (auto* column : {&e.vtxx, &e.vtxy, &e.vtxz}) column->resize(n);
  if (time) e.vtxt.resize(n);
  if (vertex || time) beam.positions(seed, first, {e.vtxx, e.vtxy, e.vtxz, e.vtxt});
}

std::array<Interval, 3> parse_vertex(const std::string& text) {
  const auto parts = split(text, ',');
  if (parts.size() != 3)
    throw Error(message("--vertex '", text, "': expected X,Y,Z or X1:X2,Y1:Y2,Z1:Z2 [m]"));
  const auto side = [&](std::size_t k) { return parse_interval("--vertex", text, parts[k]); };
  return {side(0), side(1), side(2)};
}

Interval parse_time(const std::string& text) {
  return parse_interval("--time", text, text);
}

std::array<double, 3> parse_direction(const std::string& text) {
  std::vector<double> vector;
  for (const auto& part : split(text, ','))
    if (const auto value = to_number(part)) vector.push_back(*value);
  if (vector.size() != 3 || std::ranges::count(text, ',') != 2)
    throw Error(message("--beam-dir '", text, "': expected X,Y,Z"));
  return unit_vector({vector[0], vector[1], vector[2]});
}

std::array<std::array<double, 3>, 3> rotation(const std::array<double, 3>& direction) {
  const auto [x, y, z] = direction;
  const double sideways = x * x + y * y;
  if (sideways == 0) {
    const double sign = z > 0 ? 1 : -1;
    return {{{1, 0, 0}, {0, sign, 0}, {0, 0, sign}}};
  }
  // 1 / (1 + z), without cancellation for beams backward
  const double f = z > 0 ? 1 / (1 + z) : (1 - z) / sideways;
  return {{{1 - f * x * x, -f * x * y, x}, {-f * x * y, 1 - f * y * y, y}, {-x, -y, z}}};
}

}  // namespace nugan
