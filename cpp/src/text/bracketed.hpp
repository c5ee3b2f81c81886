#pragma once

#include <string_view>
#include <vector>

namespace nugan {

/// What stands in brackets or parentheses that have none of their kind inside.
inline std::vector<std::string_view> bracketed(std::string_view text) {
  std::vector<std::string_view> groups;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '[' && text[at] != '(') continue;
    const auto end = text.find_first_of(text[at] == '[' ? "[]" : "()", at + 1);
    if (end == text.npos || (text[end] != ']' && text[end] != ')')) continue;
    groups.push_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return groups;
}

}  // namespace nugan
