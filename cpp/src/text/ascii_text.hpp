#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace nugan {

/// A text in UTF-8 with what counts in units and tables as ASCII: products and raised numbers as in `a*b` and
/// `cm^-2`, all blanks but the end of a line as spaces, letters of other alphabets as `_`, the rest as `?`.
std::string ascii_text(std::string_view text);

/// What counts as blank there.
inline constexpr std::string_view blanks = " \t\n";

/// Classes of characters of such a text.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_word(char c) {
  return is_digit(c) || is_lower(to_lower(c)) || c == '_';
}

/// Without the blanks at both ends.
constexpr std::string_view strip(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

}  // namespace nugan
