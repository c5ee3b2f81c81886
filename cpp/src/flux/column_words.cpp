#include "column_words.hpp"

#include <algorithm>
#include <nugan/FluxUnit.hpp>
#include <nugan/flux_objects.hpp>
#include <span>

#include "../text/ascii_text.hpp"
#include "../text/bracketed.hpp"
#include "energy_unit.hpp"

namespace nugan {

namespace {

using Words = std::vector<std::string>;
using List = std::span<const std::string_view>;

constexpr std::string_view lows[] = {"low",  "lower", "lo",    "min", "minimum",
                                     "from", "start", "begin", "left"};
constexpr std::string_view highs[] = {"high",    "higher", "upper", "up",  "hi",   "max",
                                      "maximum", "to",     "stop",  "end", "right"};
constexpr std::string_view centres[] = {"centre",    "center",  "centres", "centers", "cent",
                                        "ctr",       "mid",     "middle",  "mids",    "midpoint",
                                        "midpoints", "central", "mean",    "average"};
constexpr std::string_view points[] = {"point", "points"};
constexpr std::string_view energies[] = {"e", "enu", "ev", "energy", "energies", "x"};
constexpr std::string_view numbers[] = {"bin", "no", "nr", "number", "n", "i", "index", "row", "ibin"};
constexpr std::string_view errors[] = {"err",   "error", "errors",     "unc",   "uncertainty",
                                       "sigma", "stat",  "syst",       "sys",   "rms",
                                       "cov",   "delta", "fractional", "width", "widths"};
constexpr std::string_view fluxes[] = {"flux",      "fluxes",    "phi",     "fluence", "y",
                                       "content",   "contents",  "value",   "values",  "density",
                                       "neutrinos", "intensity", "spectrum"};

// Words of letters, apart at capitals, too
Words words_of(std::string_view text) {
  Words words(1);
  for (std::size_t k = 0; k < text.size(); ++k) {
    const char c = to_lower(text[k]);
    const bool begins = !is_lower(c) || (k > 0 && is_upper(text[k]) && is_lower(text[k - 1]));
    if (begins && !words.back().empty()) words.emplace_back();
    if (is_lower(c)) words.back() += c;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool in(List list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

// Whether words have one of a list, perhaps grown together as in elow, binlow, lowedge
bool have(const Words& words, List list) {
  constexpr std::string_view before[] = {"", "ebin", "enu", "bin", "e", "x"};
  constexpr std::string_view behind[] = {"", "edges", "edge", "bounds", "bound", "bins", "bin"};
  for (const std::string_view word : words)
    for (const auto prefix : before)
      for (const auto suffix : behind)
        if (word.size() > prefix.size() + suffix.size() && word.starts_with(prefix) &&
            word.ends_with(suffix) &&
            in(list, word.substr(prefix.size(), word.size() - prefix.size() - suffix.size())))
          return true;
  return false;
}

bool have_exactly(const Words& words, List list) {
  return std::ranges::any_of(words, [&](const auto& word) { return in(list, word); });
}

// The end of a bracket that begins at a place, with a power behind it
std::size_t bracket_end(std::string_view line, std::size_t at) {
  int depth = 0;
  for (; at < line.size(); ++at) {
    depth += line[at] == '(' || line[at] == '[' ? 1 : 0;
    depth -= line[at] == ')' || line[at] == ']' ? 1 : 0;
    if (depth == 0) break;
  }
  constexpr std::string_view ends = " \t,;|#";
  return std::min(line.find_first_of(ends, std::min(at, line.size())), line.size());
}

enum class Split { columns, brackets, words };

// Names that end at a mark or two blanks, behind a bracket, or at every blank; brackets stay whole
Words split(std::string_view line, Split how) {
  Words names(1);
  const auto end_name = [&] {
    if (!strip(names.back()).empty()) names.emplace_back();
  };
  for (std::size_t at = 0; at < line.size();) {
    const char c = line[at];
    if (std::string_view(",;|\t#").find(c) != std::string_view::npos) {
      end_name();
      ++at;
    } else if (c == ' ') {
      const auto end = std::min(line.find_first_not_of(' ', at), line.size());
      const bool to_bracket = end < line.size() && (line[end] == '(' || line[end] == '[');
      if (how == Split::columns ? end > at + 1 : how == Split::words && !to_bracket) end_name();
      names.back() += ' ';
      at = end;
    } else if (c == '(' || c == '[') {
      const auto end = bracket_end(line, at);
      names.back() += line.substr(at, end - at);
      at = end;
      if (how == Split::brackets) end_name();
    } else {
      names.back() += c;
      ++at;
    }
  }
  if (strip(names.back()).empty()) names.pop_back();
  for (auto& name : names) name = std::string(strip(name));
  return names;
}

}  // namespace

std::string bare_name(std::string_view name) {
  std::string out;
  int depth = 0;
  for (const char c : name) {
    depth += c == '(' || c == '[' ? 1 : 0;
    if (depth == 0) out += c;
    depth -= c == ')' || c == ']' ? 1 : 0;
  }
  out = out.substr(0, out.find('^'));  // the power of a bracket
  return std::string(strip(out));
}

Role role_of(std::string_view name) {
  std::string text(name);
  for (const auto group : bracketed(name))
    if (const auto at = text.find(group); at != text.npos) text.replace(at, group.size(), "");
  const Words words = words_of(text);
  const auto groups = bracketed(name);
  const bool has_energy_unit =
      std::ranges::any_of(groups, [](std::string_view group) { return bare_energy_unit(group).has_value(); });
  const bool is_energy = has_energy_unit || (!words.empty() && in(energies, words.front()));
  const bool is_flux =
      !is_energy && (have_exactly(words, fluxes) || neutrino_in(text) != 0 || flux_unit_from_title(name));
  const bool low = have(words, lows), high = have(words, highs), centre = have(words, centres);
  if (have_exactly(words, errors) || (is_flux && (low || high))) return Role::skip;
  if (is_flux) return Role::flux;
  if (low != high) return low ? Role::low : Role::high;
  if (centre) return Role::centre;
  if (have(words, points)) return Role::point;
  if (is_energy || have_exactly(words, energies)) return Role::energy;
  if (!words.empty() && std::ranges::all_of(words, [](const auto& word) { return in(numbers, word); }))
    return Role::number;
  return Role::unknown;
}

std::vector<std::string> split_names(std::string_view line, std::size_t count) {
  // words of sentences, which name no column
  constexpr std::string_view prose[] = {"the", "and", "are", "as", "at",  "by",
                                        "for", "in",  "is",  "of", "with"};
  const auto is_prose = [&](const std::string& name) { return bare_energy_unit(name) || in(prose, name); };
  for (const auto how : {Split::columns, Split::brackets, Split::words})
    if (auto names = split(line, how); names.size() == count && std::ranges::none_of(names, is_prose))
      return names;
  return {};
}

Role role_in_words(const std::vector<std::string>& lines) {
  Role found = Role::unknown;
  for (const auto& line : lines) {
    const Words words = words_of(line);
    for (std::size_t k = 0; k < words.size(); ++k) {
      const auto near = [&](std::string_view other, std::size_t distance) {
        return (k + distance < words.size() && words[k + distance].starts_with(other)) ||
               (k >= distance && words[k - distance].starts_with(other));
      };
      const bool edge = near("edge", 1) || near("bound", 1) || near("end", 1);
      const bool bin = near("bin", 1) || near("bin", 2);
      Role role = Role::unknown;
      const Words word = {words[k]};
      if (have(word, lows) && (edge || (bin && !in(lows, words[k])))) role = Role::low;
      if (have(word, highs) && (edge || (bin && !in(highs, words[k])))) role = Role::high;
      if (words[k].starts_with("lowedge") || words[k].starts_with("binlow")) role = Role::low;
      if (have(word, centres) && bin) role = Role::centre;
      if (words[k].starts_with("midpoint") || words[k].starts_with("bincent")) role = Role::centre;
      if (role == Role::unknown || role == found) continue;
      if (found != Role::unknown) return Role::unknown;
      found = role;
    }
  }
  return found;
}

}  // namespace nugan
