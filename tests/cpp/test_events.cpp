#include <array>
#include <nugan/Events.hpp>
#include <vector>

#include "catch.hpp"

using nugan::Event;
using nugan::Events;

namespace {

Event some_event(int number) {
  const auto single = static_cast<float>(number);
  return {.iev = number,
          .tgt = 1000060120,
          .wght = 0.5 * number,
          .Ev = single + 1,
          .El = single + 2,
          .pxl = single + 3,
          .pyl = single + 4,
          .pzl = single + 5,
          .pl = single + 6,
          .cthl = number + 7.0,
          .thetal = single + 8,
          .phil = single + 9,
          .Q2 = single + 10,
          .W = single + 11,
          .x = single + 12,
          .y = single + 13,
          .pxv = single + 14,
          .pyv = single + 15,
          .pzv = single + 16,
          .vtxx = number + 17.0,
          .vtxy = number + 18.0,
          .vtxz = number + 19.0,
          .vtxt = number + 20.0};
}

// As numbers in the order of their names in Event
std::vector<double> numbers_of(const Event& e) {
  return {double(e.iev), double(e.tgt), e.wght,   e.Ev,   e.El,   e.pxl,  e.pyl, e.pzl,
          e.pl,          e.cthl,        e.thetal, e.phil, e.Q2,   e.W,    e.x,   e.y,
          e.pxv,         e.pyv,         e.pzv,    e.vtxx, e.vtxy, e.vtxz, e.vtxt};
}

}  // namespace

TEST_CASE("events picked out one by one are those of the columns") {
  Events events;
  for (int number : {3, 5, 8}) events.push_back(some_event(number));
  REQUIRE(events.size() == 3);
  for (std::size_t row = 0; row < 3; ++row)
    CHECK(numbers_of(events[row]) == numbers_of(some_event(std::array{3, 5, 8}[row])));
}

TEST_CASE("an event appended to columns keeps them equally long") {
  const Event event = some_event(1);
  Events events;
  events.push_back(event);
  events.tgt.clear();
  events.vtxx.clear();
  events.push_back(event);
  CHECK(events.iev.size() == 2);
  CHECK(events.pzv.size() == 2);
  CHECK(events.tgt.empty());
  CHECK(events.vtxx.empty());
  CHECK(events[1].vtxx == 0);
}
