#include <algorithm>
#include <cmath>
#include <nugan/Beam.hpp>
#include <nugan/Error.hpp>

#include "message.hpp"
#include "split.hpp"
#include "streams.hpp"
#include "to_number.hpp"

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

void turn(Events& events, const std::array<double, 3>& direction) {
  const auto m = rotation(direction);
  events.pxv.resize(events.size());
  events.pyv.resize(events.size());
  events.pzv.resize(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const double p[3] = {events.pxl[i], events.pyl[i], events.pzl[i]}, enu = events.Ev[i];
    const auto along = [&](std::size_t k) {
      return static_cast<float>(m[k][0] * p[0] + m[k][1] * p[1] + m[k][2] * p[2]);
    };
    events.pxl[i] = along(0);
    events.pyl[i] = along(1);
    events.pzl[i] = along(2);
    events.pxv[i] = static_cast<float>(direction[0] * enu);
    events.pyv[i] = static_cast<float>(direction[1] * enu);
    events.pzv[i] = static_cast<float>(direction[2] * enu);
  }
}

}  // namespace

void Beam::place(Events& events, std::uint64_t seed, std::int64_t first) const {
  if (direction) turn(events, unit_vector(*direction));
  if (!vertex && !time) return;
  const Stream stream(seed, Stream::vertex);
  const std::size_t n = events.size();
  if (vertex) {
    for (const auto& side : *vertex) check("vertex", side);
    for (auto* column : {&events.vtxx, &events.vtxy, &events.vtxz}) column->resize(n);
  }
  if (time) {
    check("time", *time);
    events.vtxt.resize(n);
  }
  const auto between = [](const Interval& side, double u) { return side.low + (side.high - side.low) * u; };
  for (std::size_t i = 0; i < n; ++i) {
    const auto u = stream(first + static_cast<std::int64_t>(i));
    if (vertex) {
      events.vtxx[i] = between((*vertex)[0], u[0]);
      events.vtxy[i] = between((*vertex)[1], u[1]);
      events.vtxz[i] = between((*vertex)[2], u[2]);
    }
    if (time) events.vtxt[i] = between(*time, u[3]);
  }
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
