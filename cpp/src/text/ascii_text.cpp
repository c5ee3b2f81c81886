#include "ascii_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "is_utf8.hpp"

namespace nugan {

namespace {

// Takes the first character off a text; bytes that are no UTF-8 one by one, as U+FFFD
char32_t take_character(std::string_view& text) {
  constexpr char32_t replacement = 0xFFFD;
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const std::size_t size = lead < 0x80       ? 1
                           : lead >> 5 == 6  ? 2
                           : lead >> 4 == 14 ? 3
                           : lead >> 3 == 30 ? 4
                                             : 0;
  const bool valid = size > 0 && size <= text.size() && is_utf8(text.substr(0, size));
  char32_t point = !valid ? replacement : size == 1 ? lead : lead & (0x7F >> size);
  for (std::size_t k = 1; valid && k < size; ++k) point = point << 6 | (text[k] & 0x3F);
  text.remove_prefix(valid ? size : 1);
  return point;
}

// Blanks other than tab and end of line
bool is_blank(char32_t c) {
  return (c >= 0x0B && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

// Marks, signs and pictures of Unicode, as far as titles have them
bool is_symbol(char32_t c) {
  constexpr std::array<std::pair<char32_t, char32_t>, 22> blocks{
      {{0x80, 0xA9},     {0xAB, 0xB1},      {0xB4, 0xB4},     {0xB6, 0xB8},     {0xBB, 0xBB},
       {0xBF, 0xBF},     {0xD7, 0xD7},      {0xF7, 0xF7},     {0x2C2, 0x2C5},   {0x2D2, 0x2DF},
       {0x300, 0x36F},   {0x200B, 0x206F},  {0x207A, 0x207E}, {0x208A, 0x208E}, {0x20A0, 0x2101},
       {0x2140, 0x2144}, {0x2190, 0x245F},  {0x2500, 0x2775}, {0x2794, 0x2BFF}, {0x3001, 0x3004},
       {0xFFFD, 0xFFFD}, {0x1F000, 0x1FAFF}}};
  return std::ranges::any_of(blocks,
                             [c](const auto& block) { return c >= block.first && c <= block.second; });
}

// The digit or sign that stands raised, or nothing
char lowered(char32_t c) {
  constexpr std::u32string_view raised = U"⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
  const auto found = raised.find(c);
  return found == raised.npos ? '\0' : "0123456789+-"[found];
}

char ascii_character(char32_t c) {
  if (c == U'×' || c == U'·' || c == U'⋅') return '*';
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212) return '-';  // dashes and the sign minus
  if (is_blank(c)) return ' ';
  return c < 0x80 ? static_cast<char>(c) : is_symbol(c) ? '?' : '_';
}

}  // namespace

std::string ascii_text(std::string_view text) {
  std::u32string points;
  while (!text.empty()) points += take_character(text);
  std::string out;
  for (std::size_t i = 0; i < points.size();) {
    const char sign = lowered(points[i]);
    std::size_t end = i + (sign == '+' || sign == '-');
    const std::size_t digits = end;
    while (end < points.size() && is_digit(lowered(points[end]))) ++end;
    if (end == digits) {
      out += ascii_character(points[i++]);
      continue;
    }
    for (out += '^'; i < end; ++i) out += lowered(points[i]);
  }
  return out;
}

}  // namespace nugan
