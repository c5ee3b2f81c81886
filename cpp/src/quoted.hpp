#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "is_utf8.hpp"

namespace nugan {

/// A text in quotation marks on one line, as Python's repr gives it.
inline std::string quoted(std::string_view text) {
  const bool twice = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char mark = twice ? '"' : '\'';
  const bool readable = is_utf8(text);
  std::string out(1, mark);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == mark || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !readable)) {
      char code[5];
      std::snprintf(code, sizeof code, "\\x%02x", byte);
      out += code;
    } else {
      out += c;
    }
  }
  return out + mark;
}

}  // namespace nugan
