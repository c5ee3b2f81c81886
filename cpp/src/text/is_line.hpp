#pragma once

#include <cstddef>
#include <string_view>

#include "is_utf8.hpp"

namespace nugan {

/// Whether the character that begins at a place of a text in UTF-8 is a control character, which can move a
/// terminal's cursor or end a line: U+0000 to U+001F and U+007F to U+009F.
inline bool is_control(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t k) {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0xFFu;
  };
  return byte(at) < 0x20 || byte(at) == 0x7F || (byte(at) == 0xC2 && byte(at + 1) < 0xA0);
}

/// Whether bytes are text in UTF-8 without control characters.
inline bool is_line(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at)
    if (is_control(text, at)) return false;
  return is_utf8(text);
}

}  // namespace nugan
