#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace nugan {

/// A number to so many digits, as printf's %g.
inline std::string rounded(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

/// The digits before the point in groups of three: 1,234,567.5.
inline std::string grouped(const std::string& number) {
  std::string out;
  const std::size_t digits = std::min(number.find_first_not_of("0123456789"), number.size());
  for (std::size_t k = 0; k < digits; ++k) {
    if (k > 0 && (digits - k) % 3 == 0) out += ',';
    out += number[k];
  }
  return out + number.substr(digits);
}

inline std::string grouped(std::int64_t number) {
  return grouped(std::to_string(number));
}

}  // namespace nugan
