#include <algorithm>
#include <nugan/flux_objects.hpp>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "../text/ascii_text.hpp"

namespace nugan {

namespace {

// Where a word of capitals ends and another begins, as in NuMu
constexpr char seam = '|';

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// #bar{#nu}_{#mu}, \bar{\nu}_\mu and the letters of the Greek as anti-nu_mu, without marks of TLatex
std::string spelt_out(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> letters[] = {
      {"\xCE\xBD\xCC\x84", "anti-nu"},  // with a macron or a line above
      {"\xCE\xBD\xCC\x85", "anti-nu"},
      {"ν", "nu"},
      {"\xCE\xBC", "mu"},  // the letter and the sign of micro
      {"\xC2\xB5", "mu"},
      {"τ", "tau"},
      {"ₑ", "_e"},
      {"#overline", "#bar"},
      {"\\overline", "#bar"}};
  for (const auto& [from, to] : letters) replace_all(text, from, to);
  for (const std::string_view mark : {"#bar", "\\bar"}) replace_all(text, mark, "anti-");
  std::erase_if(text, [](char c) { return std::string_view("#\\{}$").find(c) != std::string_view::npos; });
  return text;
}

// Small letters with a seam where a capital begins a word
std::string with_seams(std::string_view text) {
  std::string out;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const bool begins =
        k > 0 && is_upper(text[k]) &&
        (is_lower(text[k - 1]) || (is_upper(text[k - 1]) && k + 1 < text.size() && is_lower(text[k + 1])));
    if (begins) out += seam;
    out += to_lower(text[k]);
  }
  return out;
}

// A way to write a flavour; its groups say an antineutrino
struct Pattern {
  std::regex regex;
  int flavour;
};

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all = [] {
    struct Flavour {
      std::string letters, words;
      int pdg;
    };
    const std::string tail =
        "s?(?:[-_|]?(bar|b(?![0-9])))?(?:[_|]?(?:flux|fluxes|spectrum|spec|osc|cc|nc))?(?![a-z])";
    std::vector<Pattern> out;
    for (const auto& [letters, words, pdg] :
         {Flavour{"e", "electron", 12}, Flavour{"mu", "mu(?:on)?", 14}, Flavour{"tau", "tau(?:on)?", 16}}) {
      out.push_back({std::regex("(anti[-_| ]?|a\\|?)?nu[_|]?(bar[_|]?)?" + letters + tail), pdg});
      out.push_back({std::regex("(?:he|h|e)nu(bar)?" + letters + tail), pdg});  // hEnumu
      out.push_back({std::regex("(anti[-_| ]?)?" + words + "[-_| ]?(anti[-_| ]?)?neutrinos?(?![a-z])"), pdg});
    }
    return out;
  }();
  return all;
}

}  // namespace

int neutrino_in(std::string_view name) {
  constexpr std::size_t longest = 1000;  // of a name or title
  const std::string text = with_seams(spelt_out(std::string(name.substr(0, longest))));
  int found = 0;
  for (auto at = text.begin(); at != text.end();) {
    std::smatch match;
    const bool begins = at == text.begin() || !is_lower(at[-1]);
    const auto named = std::ranges::find_if(patterns(), [&](const Pattern& pattern) {
      return begins &&
             std::regex_search(at, text.end(), match, pattern.regex, std::regex_constants::match_continuous);
    });
    if (named == patterns().end()) {
      ++at;
      continue;
    }
    const bool anti =
        std::any_of(match.begin() + 1, match.end(), [](const auto& group) { return group.matched; });
    const int neutrino = anti ? -named->flavour : named->flavour;
    if (found != 0 && found != neutrino) return 0;  // of two neutrinos it names none
    found = neutrino;
    at = match[0].second;
  }
  return found;
}

}  // namespace nugan
