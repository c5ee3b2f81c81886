#include "energy_unit.hpp"

#include <algorithm>
#include <nugan/Error.hpp>
#include <nugan/FluxUnit.hpp>
#include <utility>

#include "../text/Scanner.hpp"
#include "../text/ascii_text.hpp"
#include "../text/bracketed.hpp"
#include "../text/message.hpp"
#include "flux_options.hpp"

namespace nugan {

namespace {

// keV, MeV, GeV or TeV in small letters, as a word of its own
std::optional<double> take_unit(Scanner& scan) {
  constexpr std::pair<std::string_view, double> units[] = {
      {"kev", 1e-6}, {"mev", 1e-3}, {"gev", 1}, {"tev", 1e3}};
  const auto begin = scan.at();
  for (const auto& [name, scale] : units)
    if (scan.take(name) && !is_word(scan.next())) return scale;
  scan.go_to(begin);
  return {};
}

std::string small(std::string_view text) {
  std::string lower = ascii_text(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  return lower;
}

struct Said {
  std::size_t begin, end;
  double scale;
};

// "E in MeV", "x = GeV", "energy in MeV"
std::optional<Said> find_said(std::string_view lower) {
  for (auto at = lower.find_first_of("ex"); at != lower.npos; at = lower.find_first_of("ex", at + 1)) {
    if (at > 0 && is_word(lower[at - 1])) continue;
    Scanner scan(lower, at + 1);
    if (lower[at] == 'e')
      for (const std::string_view rest : {"nergies", "nergy", "_nu", "nu"})
        if (scan.take(rest)) break;
    scan.skip_blanks();
    if (!scan.take("=") && !scan.take("in")) continue;
    scan.skip_blanks();
    if (const auto scale = take_unit(scan)) return Said{at, scan.at(), *scale};
  }
  return {};
}

// A unit that neither counts ("50 MeV") nor divides ("/MeV", "per MeV", "MeV^-1")
std::optional<double> find_word(std::string_view lower) {
  for (std::size_t at = 0; at + 3 <= lower.size(); ++at) {
    if (at > 0 && is_word(lower[at - 1])) continue;
    Scanner scan(lower, at);
    const auto scale = take_unit(scan);
    if (!scale) continue;
    std::string_view before = lower.substr(0, at);
    before = before.substr(0, before.find_last_not_of(" \t\n-*") + 1);
    const bool counts = !before.empty() && (is_digit(before.back()) || before.back() == '/');
    const bool divides = before.ends_with("per") || scan.take("^-") || scan.take("-1") || scan.take("^{-");
    if (!counts && !divides) return scale;
  }
  return {};
}

}  // namespace

std::optional<double> bare_energy_unit(std::string_view text) {
  const std::string lower = small(text);
  Scanner scan(lower);
  scan.skip_blanks();
  if (scan.take("in")) scan.skip_blanks();
  const auto scale = take_unit(scan);
  scan.take("/c");
  scan.skip_blanks();
  return scan.at() == lower.size() ? scale : std::nullopt;
}

std::optional<double> energy_unit_in(std::string_view text) {
  for (const auto group : bracketed(text))
    if (const auto scale = bare_energy_unit(group)) return scale;
  const std::string lower = small(text);
  if (const auto said = find_said(lower)) return said->scale;
  std::string outside;
  int depth = 0;
  for (const char c : lower) {
    depth += c == '(' || c == '[' ? 1 : 0;
    outside += depth > 0 ? ' ' : c;
    depth -= depth > 0 && (c == ')' || c == ']') ? 1 : 0;
  }
  return find_word(outside);
}

std::optional<double> said_energy_unit(std::string_view units) {
  const auto said = find_said(small(units));
  return said ? std::optional(said->scale) : std::nullopt;
}

std::string without_energy_unit(std::string_view units) {
  std::string rest = ascii_text(units), lower = small(rest);
  while (const auto said = find_said(lower)) {
    rest.replace(said->begin, said->end - said->begin, 1, ' ');
    lower.replace(said->begin, said->end - said->begin, 1, ' ');
  }
  const bool empty = rest.find_first_not_of(" \t\n,;") == rest.npos;
  return empty ? "" : rest;
}

void ask_for_energy_unit(const Flux& flux, std::string_view units) {
  constexpr double highest_mean = 100;  // of the beams of accelerators, GeV
  double moment = 0;
  for (std::size_t k = 0; k < flux.density.size(); ++k)
    moment +=
        0.5 * flux.density[k] * (flux.edges[k + 1] - flux.edges[k]) * (flux.edges[k + 1] + flux.edges[k]);
  if (!(moment > highest_mean * flux.integral())) return;
  const std::string given = units.empty() ? "" : std::string(strip(units)) + ", ";
  throw Error(message("flux ", flux.name, ": its energies reach ", flux.edges.back(),
                      ", and nothing says in which unit; are they in MeV? Give ", units_option, " \"", given,
                      "E in MeV\", or \"", given, "E in GeV\" if they are in GeV"));
}

}  // namespace nugan
