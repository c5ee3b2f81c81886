#pragma once

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace nugan {

/// The number in a text, whatever the locale; none where there is something else.
///
/// Numbers beyond the range of double become infinite or zero.
inline std::optional<double> to_number(std::string_view text) {
  constexpr const char* blanks = " \t\n\v\f\r";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  text = text.substr(0, text.find_last_not_of(blanks) + 1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('-')) return {};
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || stop != text.data() + text.size()) return {};
  if (error == std::errc::result_out_of_range) {
    const auto exponent = text.find_last_of("eE");
    const bool small =
        exponent == text.npos ? text.find_first_of("123456789") > text.find('.') : text[exponent + 1] == '-';
    value = small ? 0 : std::numeric_limits<double>::infinity();
  }
  return negative ? -value : value;
}

}  // namespace nugan
