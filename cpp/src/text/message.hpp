#pragma once

#include <sstream>
#include <string>

namespace nugan {

/// One string from parts, numbers to six digits.
template <class... Parts>
std::string message(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace nugan
