#include <algorithm>
#include <nugan/Error.hpp>
#include <nugan/FluxUnit.hpp>
#include <utility>

#include "Scanner.hpp"
#include "ascii_text.hpp"
#include "message.hpp"
#include "plain_text.hpp"
#include "quoted.hpp"
#include "to_number.hpp"

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

enum class Quantity { area, pot, energy, bin };

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
  if (scan.take("bin") && !is_lower(scan.next())) return Symbol{Quantity::bin};
  scan.go_to(begin);
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

// A word of the energy axis such as "E in MeV"
struct AxisUnit {
  std::size_t begin, end;
  double scale;
};

std::optional<AxisUnit> find_axis_unit(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  for (auto at = lower.find_first_of("ex"); at != lower.npos; at = lower.find_first_of("ex", at + 1)) {
    if (at > 0 && is_word(lower[at - 1])) continue;
    Scanner scan(lower, at + 1);
    scan.skip_blanks();
    if (!scan.take("=") && !scan.take("in")) continue;
    scan.skip_blanks();
    const bool mega = scan.next() == 'm';
    if (scan.take_any("gm") && scan.take("ev") && !is_word(scan.next()))
      return AxisUnit{at, scan.at(), mega ? 1e-3 : 1.0};
  }
  return {};
}

// What stands in brackets or parentheses that have none of their kind inside
std::vector<std::string_view> bracketed(std::string_view text) {
  std::vector<std::string_view> groups;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '[' && text[at] != '(') continue;
    const auto end = text.find_first_of(text[at] == '[' ? "[]" : "()", at + 1);
    if (end == npos || (text[end] != ']' && text[end] != ')')) continue;
    groups.push_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return groups;
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
         (width ? part(width, "GeV") : "/bin");
}

std::optional<FluxUnit> parse_flux_unit(std::string_view text) {
  const std::string plain = plain_text(text);
  for (auto at = plain.find_first_of(")]"); at != plain.npos; at = plain.find_first_of(")]", at + 1))
    if (strip(std::string_view(plain).substr(at + 1)).starts_with('^')) return {};  // the power of a product
  std::optional<double> found[4];
  double scale = 1;
  bool below = false;
  for (Scanner scan(plain); scan.at() < plain.size();) {
    const auto begin = scan.at();
    if (const auto symbol = take_term(scan)) {
      if (!below && !symbol->below) continue;
      if (!below && symbol->counted) return {};  // 10^-12 cm^-2: is the number below the fraction, too?
      auto& value = found[static_cast<int>(symbol->quantity)];
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
      while (is_word(scan.next())) scan.go_to(scan.at() + 1);
    } else {
      scan.go_to(begin + 1);
    }
  }
  const auto& [area, pot, energy, bin] = found;
  const bool any = std::ranges::any_of(found, [](const auto& value) { return value.has_value(); });
  if (!any || std::ranges::any_of(found, [](const auto& value) { return value == 0.0; }) || (bin && energy))
    return {};
  return FluxUnit{.area = area, .pot = pot, .width = energy, .scale = scale};
}

std::optional<FluxUnit> flux_unit_from_title(std::string_view title) {
  auto texts = bracketed(title);
  std::ranges::reverse(texts);
  texts.push_back(title);
  for (const auto text : texts)
    if (const auto unit = parse_flux_unit(text); unit && unit->area) return unit;
  return {};
}

FluxUnit flux_unit_from_user(std::string_view text) {
  std::string rest = ascii_text(text);
  while (const auto said = find_axis_unit(rest)) rest.replace(said->begin, said->end - said->begin, 1, ' ');
  if (const auto unit = parse_flux_unit(rest)) return *unit;
  throw Error(message("flux units ", quoted(text), ": expected a unit ", flux_unit_help));
}

double energy_scale(std::string_view axis_title, std::string_view units) {
  if (const auto said = find_axis_unit(ascii_text(units))) return said->scale;
  const auto is_letter = [](char c) { return is_lower(to_lower(c)); };
  for (auto at = axis_title.find("MeV"); at != npos; at = axis_title.find("MeV", at + 1))
    if (!(at > 0 && is_letter(axis_title[at - 1])) &&
        !(at + 3 < axis_title.size() && is_letter(axis_title[at + 3])))
      return 1e-3;
  return 1;
}

Flux make_flux(std::vector<double> edges, std::vector<double> contents, const FluxUnit& unit,
               const std::string& name) {
  Flux flux{.edges = std::move(edges), .density = std::move(contents), .name = name};
  check(flux);  // refuses what no unit can mend, in the source's numbers
  const double factor = unit.scale / unit.area.value_or(1) / unit.pot.value_or(1);
  for (std::size_t k = 0; k < flux.density.size(); ++k)
    flux.density[k] = flux.density[k] * factor / unit.width.value_or(flux.edges[k + 1] - flux.edges[k]);
  if (unit.area && unit.pot) flux.unit = per_pot;
  flux.contents = unit.text();
  check(flux);
  return flux;
}

}  // namespace nugan
