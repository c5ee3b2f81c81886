#pragma once

#include <cstdint>
#include <limits>
#include <nugan/Error.hpp>

#include "../text/message.hpp"

namespace nugan {

/// Refuse numbers of events that are none. @throws Error
inline void check_numbers(std::int64_t n, std::int64_t first) {
  constexpr std::int64_t last_number = std::numeric_limits<std::int32_t>::max();
  if (n < 1) throw Error(message("n = ", n, ": expected at least 1 event"));
  if (first < 0) throw Error(message("first = ", first, ": expected at least 0"));
  if (first > last_number || n > last_number - first + 1)
    throw Error(message("first = ", first, ", n = ", n, ": event numbers end at ", last_number,
                        "; take another seed for more events"));
}

}  // namespace nugan
