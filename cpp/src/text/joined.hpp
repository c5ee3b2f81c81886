#pragma once

#include <string>

namespace nugan {

/// Texts with a mark between them.
std::string joined(const auto& parts, const char* between = ", ") {
  std::string text;
  bool first = true;
  for (const auto& part : parts) {
    if (!first) text += between;
    text += part;
    first = false;
  }
  return text;
}

}  // namespace nugan
