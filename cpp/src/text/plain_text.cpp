#include "plain_text.hpp"

#include <algorithm>

#include "Scanner.hpp"
#include "ascii_text.hpp"

namespace nugan {

namespace {

constexpr auto npos = std::string_view::npos;

// "#frac{a}{b}" as "a / b", with the last "}{" and "}" of the line
std::string without_fractions(std::string_view text) {
  constexpr std::string_view frac = "frac{";
  std::string out;
  std::size_t done = 0;
  for (auto at = text.find(frac); at != npos; at = text.find(frac, at + 1)) {
    if (at <= done || (text[at - 1] != '#' && text[at - 1] != '\\')) continue;
    const auto first = at + frac.size(), line_end = std::min(text.find('\n', first), text.size());
    for (auto close = text.rfind('}', line_end); close != npos && close >= first;
         close = text.rfind('}', close - 1)) {
      Scanner scan(text, close + 1);
      scan.skip_blanks();
      if (!scan.take("{")) continue;
      const auto second = scan.at(), end = text.rfind('}', text.find('\n', second));
      if (end == npos || end < second) continue;
      out.append(text.substr(done, at - 1 - done)).append(text.substr(first, close - first));
      out.append(" / ").append(text.substr(second, end - second));
      done = at = end + 1;
      break;
    }
  }
  return out.append(text.substr(done));
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string lower = ascii_text(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  const std::string marked = without_fractions(lower);
  std::string plain;
  for (Scanner scan(marked); scan.at() < marked.size();) {
    const auto begin = scan.at();
    if (scan.take("\\") && scan.may_take("math") && (scan.take("rm") || scan.take("text")) &&
        !is_lower(scan.next())) {
      plain += ' ';
      continue;
    }
    scan.go_to(begin);
    if (scan.take_any("#\\") &&
        (scan.take("times") || scan.take("upoint") || scan.take("cdot") || scan.take("bullet"))) {
      plain += '*';
      continue;
    }
    scan.go_to(begin + 1);
    if (std::string_view("{}$").find(marked[begin]) == npos) plain += marked[begin];
  }
  // 3 x 10^21
  for (auto at = plain.find('x'); at != plain.npos; at = plain.find('x', at + 1)) {
    const auto before = at == 0 ? npos : plain.find_last_not_of(blanks, at - 1);
    const auto after = plain.find_first_not_of(blanks, at + 1);
    if (before == npos || !is_digit(plain[before]) || after == npos || plain.compare(after, 3, "10^") != 0)
      continue;
    at = before + 1;
    plain.replace(at, after - at, 1, '*');
  }
  return plain;
}

}  // namespace nugan
