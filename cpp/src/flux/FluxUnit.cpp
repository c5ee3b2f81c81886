#include <algorithm>
#include <nugan/Error.hpp>
#include <nugan/FluxUnit.hpp>
#include <utility>

#include "../text/Scanner.hpp"
#include "../text/ascii_text.hpp"
#include "../text/bracketed.hpp"
#include "../text/message.hpp"
#include "../text/plain_text.hpp"
#include "../text/quoted.hpp"
#include "../text/to_number.hpp"
#include "energy_unit.hpp"

namespace nugan {

namespace {

constexpr auto npos = std::string_view::npos;

// The kinds of numbers, to be tried in this order: 1.5 * 10^21, 10^21, 1.5e21, 1.5
constexpr int number_kinds = 4;
constexpr int plain_number = 3;

bool take_number(Scanner& scan, int kind) {
  const auto begin = scan.at();
  bool found = false;
  if (kind == 1) {
    found = scan.take_power("10^");
  } else if (scan.take_decimal()) {
    if (kind == 0) scan.skip_blanks();
    found = kind == plain_number || (kind == 2 && scan.take_power("e"));
    if (kind == 0 && scan.take("*")) {
      scan.skip_blanks();
      found = scan.take_power("10^");
    }
  }
  if (!found) scan.go_to(begin);
  return found;
}

double number_value(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return blanks.find(c) == npos; });
  if (const auto ten = digits.rfind("10^"); ten != npos) {
    const std::string power = digits.substr(ten + 3);
    digits.resize(ten);
    if (digits.ends_with('*')) digits.pop_back();
    digits = (digits.empty() ? "1" : digits) + "e" + power;
  }
  return to_number(digits).value_or(0);
}

enum class Quantity { area, pot, energy, bin, time };
constexpr std::size_t quantities = 5;

// A unit as it stands in a text: cm^{-2} is an area of 1 cm², below the fraction by its power
struct Symbol {
  Quantity quantity;
  double value = 1;
  bool below = false;
  bool counted = false;  ///< with a number before it
};

bool take_inverse(Scanner& scan) {
  return scan.take("^-1") || scan.take("-1");
}

bool take_pot(Scanner& scan) {
  const auto begin = scan.at();
  if (scan.take("p") && scan.may_take(".") && scan.take("o") && scan.may_take(".") && scan.take("t")) {
    const auto end = scan.at();
    if (scan.take(".") && is_lower(scan.next())) scan.go_to(end);
    if (!is_lower(scan.next())) return true;
  }
  scan.go_to(begin);
  if (scan.take("proton") && scan.may_take("s") && scan.take_any(" -") && scan.take("on") &&
      scan.take_any(" -") && scan.take("target"))
    return true;
  scan.go_to(begin);
  return false;
}

std::optional<Symbol> take_symbol(Scanner& scan) {
  const auto begin = scan.at();
  const bool centi = scan.take("c");
  if (scan.take("m")) {
    scan.skip_blanks();
    scan.take("^");
    scan.skip_blanks();
    const bool below = scan.take("-");
    if (scan.take("2") && !is_digit(scan.next())) return Symbol{Quantity::area, centi ? 1.0 : 1e4, below};
  }
  scan.go_to(begin);
  if (take_pot(scan)) return Symbol{Quantity::pot, 1, take_inverse(scan)};
  if (const bool mega = scan.next() == 'm'; scan.take_any("gm") && scan.take("ev") && !is_lower(scan.next()))
    return Symbol{Quantity::energy, mega ? 1e-3 : 1, take_inverse(scan)};
  scan.go_to(begin);
  for (const std::string_view name :
       {"bin", "seconds", "second", "sec", "s", "days", "day", "years", "year", "yr"}) {
    if (scan.take(name) && !is_lower(scan.next()))
      return Symbol{name == "bin" ? Quantity::bin : Quantity::time, 1, take_inverse(scan)};
    scan.go_to(begin);
  }
  return {};
}

// A unit with the number before it, if there is one
std::optional<Symbol> take_term(Scanner& scan) {
  const auto begin = scan.at();
  for (int kind = 0; kind < number_kinds; ++kind) {
    if (!take_number(scan, kind)) continue;
    const auto number = scan.since(begin);
    scan.skip_blanks();
    scan.take("*");
    scan.skip_blanks();
    if (auto symbol = take_symbol(scan)) {
      symbol->value *= number_value(number);
      symbol->counted = true;
      return symbol;
    }
    scan.go_to(begin);
  }
  return take_symbol(scan);
}

bool take_slash(Scanner& scan) {
  const auto begin = scan.at();
  if (scan.take("/")) return true;
  if (scan.take("per") && !is_lower(scan.next())) return true;
  scan.go_to(begin);
  return false;
}

// "(A)^-1" as "/(A)"; none where a product in brackets has another power
std::optional<std::string> without_inverses(std::string text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != ')' && text[at] != ']') continue;
    Scanner scan(text, at + 1);
    scan.skip_blanks();
    if (!scan.take("^")) continue;
    scan.skip_blanks();
    if (!scan.take("-1") || is_digit(scan.next())) return {};
    const char open = text[at] == ')' ? '(' : '[';
    std::size_t begin = at, depth = 0;
    do {
      depth += text[begin] == text[at] ? 1 : 0;
      depth -= text[begin] == open ? 1 : 0;
    } while (depth > 0 && begin-- > 0);
    if (depth > 0) return {};
    text.erase(at + 1, scan.at() - at - 1);
    text.insert(begin, 1, '/');
    ++at;
  }
  return text;
}

// A word that is no unit here, with its power, as sr^-1; false for the powers of the energy in E^2 dN/dE
bool take_word(Scanner& scan) {
  const auto begin = scan.at();
  while (is_word(scan.next())) scan.go_to(scan.at() + 1);
  const auto word = scan.since(begin);
  const auto end = scan.at();
  scan.take("^");
  const bool inverse = scan.take("-");
  if (scan.at() == end || !scan.take_digits()) {
    scan.go_to(end);
    return true;
  }
  return inverse || word != "e";
}

// "1" in 1/cm^2
bool take_one(Scanner& scan) {
  const auto begin = scan.at();
  if (scan.take("1")) {
    const auto end = scan.at();
    scan.skip_blanks();
    if (take_slash(scan)) {
      scan.go_to(end);
      return true;
    }
  }
  scan.go_to(begin);
  return false;
}

std::string short_number(double value) {
  return value == 1 ? "" : message(value);
}

}  // namespace

std::string FluxUnit::text() const {
  const auto part = [](const std::optional<double>& value, const char* unit) {
    return value ? message("/", short_number(*value), unit) : "";
  };
  return short_number(scale) + (area == 1e4 ? "/m2" : part(area, "cm2")) + part(pot, "POT") +
         (per_time ? "/s" : "") + (width ? part(width, "GeV") : "/bin");
}

std::optional<FluxUnit> parse_flux_unit(std::string_view text) {
  const auto flat = without_inverses(plain_text(text));
  if (!flat) return {};
  const std::string& plain = *flat;
  std::optional<double> found[quantities];
  double scale = 1;
  bool below = false;
  for (Scanner scan(plain); scan.at() < plain.size();) {
    const auto begin = scan.at();
    if (!below && take_one(scan)) continue;
    if (const auto symbol = take_term(scan)) {
      if (!below && !symbol->below) continue;
      if (!below && symbol->counted) return {};  // 10^-12 cm^-2: is the number below the fraction, too?
      auto& value = found[static_cast<std::size_t>(symbol->quantity)];
      if (value.value_or(symbol->value) != symbol->value) return {};
      value = symbol->value;
    } else if (take_slash(scan)) {
      below = true;
    } else if (is_digit(scan.next())) {
      int kind = 0;
      while (!take_number(scan, kind)) ++kind;
      // a number of a unit that is not known here, or a distance, say
      if (below || kind == plain_number) return {};
      scale *= number_value(scan.since(begin));
    } else if (is_word(scan.next())) {
      if (!take_word(scan)) return {};
    } else {
      scan.go_to(begin + 1);
    }
  }
  const auto& [area, pot, energy, bin, time] = found;
  const bool any = std::ranges::any_of(found, [](const auto& value) { return value.has_value(); });
  if (!any || std::ranges::any_of(found, [](const auto& value) { return value == 0.0; }) || (bin && energy))
    return {};
  return FluxUnit{.area = area, .pot = pot, .width = energy, .scale = scale, .per_time = time.has_value()};
}

std::optional<FluxUnit> flux_unit_from_title(std::string_view title) {
  const std::string plain = plain_text(title);
  for (auto at = plain.find("e^"); at != npos; at = plain.find("e^", at + 1)) {
    Scanner scan(plain, at);
    if (!(at > 0 && is_word(plain[at - 1])) && !take_word(scan)) return {};
  }
  auto texts = bracketed(title);
  std::ranges::reverse(texts);
  texts.push_back(title);
  for (const auto text : texts)
    if (const auto unit = parse_flux_unit(text); unit && unit->area) return unit;
  return {};
}

FluxUnit flux_unit_from_user(std::string_view text) {
  if (const auto unit = parse_flux_unit(without_energy_unit(text))) return *unit;
  throw Error(message("flux units ", quoted(text), ": expected a unit ", flux_unit_help));
}

std::optional<double> energy_scale(std::string_view axis_title, std::string_view units) {
  const auto said = said_energy_unit(units);
  return said ? said : energy_unit_in(axis_title);
}

Flux make_flux(std::vector<double> edges, std::vector<double> contents, const FluxUnit& unit,
               const std::string& name) {
  Flux flux{.edges = std::move(edges), .density = std::move(contents), .name = name};
  check(flux);  // refuses what no unit can mend, in the source's numbers
  const double factor = unit.scale / unit.area.value_or(1) / unit.pot.value_or(1);
  for (std::size_t k = 0; k < flux.density.size(); ++k)
    flux.density[k] = flux.density[k] * factor / unit.width.value_or(flux.edges[k + 1] - flux.edges[k]);
  if (unit.area && unit.pot && !unit.per_time) flux.unit = per_pot;
  flux.contents = unit.text();
  return without_slivers(std::move(flux));
}

}  // namespace nugan
