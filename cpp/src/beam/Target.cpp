#include <algorithm>
#include <array>
#include <cmath>
#include <nugan/Constants.hpp>
#include <nugan/Error.hpp>
#include <nugan/Target.hpp>
#include <optional>
#include <string_view>

#include "../text/ascii_text.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "../text/split.hpp"
#include "../text/to_number.hpp"

namespace nugan {

namespace {

constexpr std::array<std::pair<int, std::string_view>, 6> probes{
    {{12, "nue"}, {-12, "nuebar"}, {14, "numu"}, {-14, "numubar"}, {16, "nutau"}, {-16, "nutaubar"}}};

struct Isotope {
  std::string_view symbol;
  int mass;
};

// The most abundant isotope, or the longest-lived one, of each element from hydrogen on
constexpr std::array<Isotope, 92> isotopes{
    {{"H", 1},    {"He", 4},   {"Li", 7},   {"Be", 9},   {"B", 11},   {"C", 12},   {"N", 14},   {"O", 16},
     {"F", 19},   {"Ne", 20},  {"Na", 23},  {"Mg", 24},  {"Al", 27},  {"Si", 28},  {"P", 31},   {"S", 32},
     {"Cl", 35},  {"Ar", 40},  {"K", 39},   {"Ca", 40},  {"Sc", 45},  {"Ti", 48},  {"V", 51},   {"Cr", 52},
     {"Mn", 55},  {"Fe", 56},  {"Co", 59},  {"Ni", 58},  {"Cu", 63},  {"Zn", 64},  {"Ga", 69},  {"Ge", 74},
     {"As", 75},  {"Se", 80},  {"Br", 79},  {"Kr", 84},  {"Rb", 85},  {"Sr", 88},  {"Y", 89},   {"Zr", 90},
     {"Nb", 93},  {"Mo", 98},  {"Tc", 98},  {"Ru", 102}, {"Rh", 103}, {"Pd", 106}, {"Ag", 107}, {"Cd", 114},
     {"In", 115}, {"Sn", 120}, {"Sb", 121}, {"Te", 130}, {"I", 127},  {"Xe", 132}, {"Cs", 133}, {"Ba", 138},
     {"La", 139}, {"Ce", 140}, {"Pr", 141}, {"Nd", 142}, {"Pm", 145}, {"Sm", 152}, {"Eu", 153}, {"Gd", 158},
     {"Tb", 159}, {"Dy", 164}, {"Ho", 165}, {"Er", 166}, {"Tm", 169}, {"Yb", 174}, {"Lu", 175}, {"Hf", 180},
     {"Ta", 181}, {"W", 184},  {"Re", 187}, {"Os", 192}, {"Ir", 193}, {"Pt", 195}, {"Au", 197}, {"Hg", 202},
     {"Tl", 205}, {"Pb", 208}, {"Bi", 209}, {"Po", 209}, {"At", 210}, {"Rn", 222}, {"Fr", 223}, {"Ra", 226},
     {"Ac", 227}, {"Th", 232}, {"Pa", 231}, {"U", 238}}};

constexpr std::string_view expected =
    "a nucleus (Ar40, C, 1000180400), the formula of a molecule or fractions of the mass (C12=0.9,Ar40=0.1)";

constexpr int pdg_of(int z, int a) {
  return 1000000000 + 10000 * z + 10 * a;
}

using Fractions = std::vector<std::pair<int, double>>;

void add(Fractions& fractions, int pdg, double share) {
  const auto known = std::ranges::find(fractions, pdg, &Fractions::value_type::first);
  if (known == fractions.end())
    fractions.emplace_back(pdg, share);
  else
    known->second += share;
}

void divide(Fractions& fractions, double total) {
  for (auto& [pdg, share] : fractions) share /= total;
}

struct Atom {
  std::string_view symbol;
  std::string_view count;  ///< digits, or nothing
};

// The atoms of a formula such as H2O; nothing where a text is none
std::vector<Atom> read_formula(std::string_view text) {
  std::vector<Atom> atoms;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_upper(text[at])) return {};
    const std::size_t symbol = at + 1 < text.size() && is_lower(text[at + 1]) ? 2 : 1;
    const auto end = std::min(text.find_first_not_of("0123456789", at + symbol), text.size());
    atoms.push_back({text.substr(at, symbol), text.substr(at + symbol, end - at - symbol)});
    at = end;
  }
  return atoms;
}

// PDG number of a nucleus that is given as one, or 0
int read_pdg(std::string_view text) {
  if (text.size() != 10 || !text.starts_with("100") || !std::ranges::all_of(text, is_digit)) return 0;
  const int pdg = static_cast<int>(*to_number(text));
  return is_nucleus(pdg) ? pdg : 0;
}

// Nuclei and fractions of the nucleons of a nucleus, an element or a molecule
Fractions read_molecule(std::string_view text, const std::string& whole) {
  if (const int pdg = read_pdg(text)) return {{pdg, 1.0}};
  const auto atoms = read_formula(text);
  if (atoms.empty()) throw Error(message("target ", quoted(whole), ": expected ", expected));
  Fractions nucleons;
  double total = 0;
  for (const auto& [symbol, digits] : atoms) {
    const auto isotope = std::ranges::find(isotopes, symbol, &Isotope::symbol);
    const double count = digits.empty() ? 1 : *to_number(digits);
    if (isotope == isotopes.end() || !(count > 0 && count < 1e9))
      throw Error(message("target ", quoted(whole), ": no element ", quoted(message(symbol, digits)),
                          "; expected ", expected));
    const int z = static_cast<int>(isotope - isotopes.begin()) + 1;
    // Ar40 is a nucleus, O2 and C60 are molecules
    if (atoms.size() == 1 && !digits.empty() && z <= count && count <= 3 * z)
      return {{pdg_of(z, static_cast<int>(count)), 1.0}};
    add(nucleons, pdg_of(z, isotope->mass), isotope->mass * count);
    total += isotope->mass * count;
  }
  divide(nucleons, total);
  return nucleons;
}

struct Part {
  std::string name;
  double fraction;
};

// C12=0.9,Ar40=0.1
std::vector<Part> split_fractions(const std::string& text) {
  std::vector<Part> parts;
  for (const std::string_view part : split(text, ',')) {
    const auto equals = part.find('=');
    const auto fraction = equals == part.npos ? std::nullopt : to_number(part.substr(equals + 1));
    if (!fraction || std::isnan(*fraction))
      throw Error(
          message("target ", quoted(text), ": ", quoted(part), " is no NAME=FRACTION; expected ", expected));
    parts.push_back({std::string(strip(part.substr(0, equals))), *fraction});
  }
  return parts;
}

}  // namespace

int parse_probe(const std::string& text) {
  std::string lower = text, there;
  std::ranges::transform(lower, lower.begin(), to_lower);
  for (const auto& [pdg, name] : probes) {
    if (lower == name || lower == std::to_string(pdg)) return pdg;
    there += message(there.empty() ? "" : ", ", name, " (", pdg, ")");
  }
  throw Error(message("probe ", quoted(text), ": expected one of ", there));
}

std::vector<std::pair<int, std::string>> parse_flavours(const std::string& text) {
  std::vector<std::pair<int, std::string>> flavours;
  for (const std::string_view part : split(text, ',')) {
    const auto equals = part.find('=');
    const int probe = parse_probe(std::string(strip(part.substr(0, equals))));
    if (std::ranges::find(flavours, probe, &std::pair<int, std::string>::first) != flavours.end())
      throw Error(message("flavours ", quoted(text), ": ", probe_name(probe), " is there twice"));
    const auto object = equals == part.npos ? std::string_view() : strip(part.substr(equals + 1));
    if (equals != part.npos && object.empty())
      throw Error(message("flavours ", quoted(text), ": no histogram behind ", quoted(part)));
    flavours.emplace_back(probe, object);
  }
  const auto named = std::ranges::count_if(flavours, [](const auto& one) { return !one.second.empty(); });
  if (named != 0 && named != std::ssize(flavours))
    throw Error(message("flavours ", quoted(text), ": expected a histogram for each neutrino, or for none"));
  return flavours;
}

std::string probe_name(int pdg) {
  const auto probe = std::ranges::find(probes, pdg, &std::pair<int, std::string_view>::first);
  return probe == probes.end() ? std::to_string(pdg) : std::string(probe->second);
}

std::string nucleus_name(int pdg) {
  const int z = pdg / 10000 % 1000, a = pdg / 10 % 1000;
  if (z < 1 || z > std::ssize(isotopes) || pdg != pdg_of(z, a)) return std::to_string(pdg);
  return message(isotopes[static_cast<std::size_t>(z - 1)].symbol, a);
}

std::string probe_on_nucleus(int probe, int target) {
  constexpr int hydrogen = pdg_of(1, 1);
  return message(probe_name(probe), " on ", target == hydrogen ? "hydrogen (H1)" : nucleus_name(target));
}

std::vector<std::pair<int, double>> parse_target(const std::string& text) {
  if (text.find('=') == text.npos) return read_molecule(text, text);
  const auto parts = split_fractions(text);
  Fractions fractions;
  double total = 0;
  for (const auto& [name, fraction] : parts) total += fraction;
  for (const auto& [name, fraction] : parts) {
    if (!(fraction > 0 && fraction <= 1))
      throw Error(message("target ", quoted(text), ": mass fraction ", fraction, " of ", quoted(name),
                          "; expected fractions above 0 and at most 1 that add up to 1, these add up to ",
                          total, std::abs(total - 100) <= 0.1 ? " (per cent?)" : ""));
    for (const auto& [pdg, share] : read_molecule(name, text)) add(fractions, pdg, fraction * share);
  }
  if (!(std::abs(total - 1) <= 1e-3))
    throw Error(message("target ", quoted(text), ": the mass fractions add up to ", total, ", expected 1"));
  divide(fractions, total);
  return fractions;
}

}  // namespace nugan
