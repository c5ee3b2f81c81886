#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include "is_line.hpp"
#include "is_utf8.hpp"

namespace nugan {

/// A text in quotation marks on one line, as Python's repr gives it.
inline std::string quoted(std::string_view text) {
  const bool twice = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char mark = twice ? '"' : '\'';
  const bool readable = is_utf8(text);
  std::string out(1, mark);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool control = is_control(text, at);
    if (control && readable && static_cast<unsigned char>(text[at]) >= 0x80)
      ++at;  // the second byte is its number
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    if (c == mark || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (control || (byte >= 0x80 && !readable)) {
      char code[5];
      std::snprintf(code, sizeof code, "\\x%02x", byte);
      out += code;
    } else {
      out += c;
    }
  }
  return out + mark;
}

/// A text as it is, or in quotation marks if it would not stay on a line.
inline std::string shown(const std::string& text) {
  return is_line(text) ? text : nugan::quoted(text);
}

}  // namespace nugan
