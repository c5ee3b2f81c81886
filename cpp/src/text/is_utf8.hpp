#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nugan {

/// Whether bytes are text in UTF-8 (RFC 3629): no overlong forms, no surrogates.
inline bool is_utf8(std::string_view text) {
  constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};  // overlong forms are none
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i++]);
    const int more = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : lead >> 3 == 30 ? 3 : -1;
    if (more < 0 || text.size() - i < static_cast<std::size_t>(more)) return false;
    std::uint32_t point = more == 0 ? lead : lead & (0x3F >> more);
    for (int k = 0; k < more; ++k, ++i) {
      if ((text[i] & 0xC0) != 0x80) return false;
      point = point << 6 | (text[i] & 0x3F);
    }
    if (point < least[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
  }
  return true;
}

}  // namespace nugan
