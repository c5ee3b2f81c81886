#pragma once

#include <algorithm>
#include <cstdint>
#include <nugan/Events.hpp>

/// Whether events have the same bits in every column as those of a longer sample from one of its places on.
inline bool same(const nugan::Events& whole, std::int64_t from, const nugan::Events& part) {
  const auto equal = [&](const auto& x, const auto& y) {
    return std::equal(y.begin(), y.end(), x.begin() + from);
  };
  return static_cast<std::size_t>(from) + part.size() <= whole.size() && equal(whole.iev, part.iev) &&
         equal(whole.Ev, part.Ev) && equal(whole.El, part.El) && equal(whole.pxl, part.pxl) &&
         equal(whole.pyl, part.pyl) && equal(whole.pzl, part.pzl) && equal(whole.pl, part.pl) &&
         equal(whole.cthl, part.cthl) && equal(whole.thetal, part.thetal) && equal(whole.phil, part.phil) &&
         equal(whole.Q2, part.Q2) && equal(whole.W, part.W) && equal(whole.x, part.x) &&
         equal(whole.y, part.y);
}
