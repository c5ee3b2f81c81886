#include "flux_columns.hpp"

#include <algorithm>
#include <charconv>
#include <nugan/Error.hpp>
#include <nugan/Target.hpp>
#include <nugan/borders.hpp>
#include <nugan/flux_objects.hpp>
#include <nugan/read_flux.hpp>
#include <optional>
#include <utility>

#include "../text/ascii_text.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "../text/split.hpp"
#include "flux_options.hpp"

namespace nugan {

namespace {

struct Column {
  std::string name{};  ///< in the header
  Role role = Role::unknown;
  int neutrino = 0;
};

using Columns = std::vector<Column>;

std::string small(std::string text) {
  std::ranges::transform(text, text.begin(), to_lower);
  return text;
}

bool is_energy(Role role) {
  return role == Role::low || role == Role::high || role == Role::centre || role == Role::point ||
         role == Role::energy;
}

// Whether two columns are edges of bins without gaps
bool are_bins(const FluxTable& table, std::size_t from) {
  for (std::size_t k = 0; k < table.rows.size(); ++k) {
    const auto& row = table.rows[k].numbers;
    if (!(row[from] < row[from + 1]) ||
        (k > 0 && !same_border(row[from], table.rows[k - 1].numbers[from + 1])))
      return false;
  }
  return true;
}

// Whether the first column may number the rows
bool are_counted(const FluxTable& table) {
  const auto& rows = table.rows;
  if (rows.size() < 2 || (rows[0].numbers[0] != 0 && rows[0].numbers[0] != 1)) return false;
  for (std::size_t k = 1; k < rows.size(); ++k)
    if (rows[k].numbers[0] - rows[k - 1].numbers[0] != 1) return false;
  return true;
}

bool is_range(const FluxTable& table, std::size_t column) {
  return std::ranges::count(table.ranges, column) > 0;
}

// The columns with the names that the lowest line has which names an energy or a flux for each
Columns name_columns(const FluxTable& table) {
  const auto width = table.rows.front().numbers.size();
  Columns columns(width);
  for (auto line = table.head.rbegin(); line != table.head.rend(); ++line)
    for (const auto count : {width - table.ranges.size(), width}) {
      const auto names = split_names(*line, count);
      Columns named(width);
      bool energies = count < width, fluxes = false;
      for (std::size_t k = 0, n = 0; k < width && n < names.size(); ++k, ++n) {
        named[k] = {names[n], role_of(names[n]), neutrino_in(bare_name(names[n]))};
        energies = energies || is_energy(named[k].role);
        fluxes = fluxes || named[k].role == Role::flux || named[k].role == Role::unknown;
        if (count < width && is_range(table, k)) named[k + 1] = named[k], ++k;
      }
      if (names.empty() || !energies || !fluxes) continue;
      columns = std::move(named);
      line = std::prev(table.head.rend());  // the last one to look at
      break;
    }
  for (const auto at : table.ranges) {
    columns[at].role = Role::low;
    columns[at + 1].role = Role::high;
  }
  return columns;
}

[[noreturn]] void refuse_words(const std::string& said, const std::string& why) {
  throw Error(message(columns_option, " ", quoted(said), ": ", why, "; expected ", flux_columns_help));
}

std::optional<Role> said_role(std::string_view word) {
  constexpr std::pair<std::string_view, Role> words[] = {
      {"low", Role::low},       {"high", Role::high},   {"centre", Role::centre},
      {"center", Role::centre}, {"point", Role::point}, {"flux", Role::flux},
      {"energy", Role::energy}, {"-", Role::skip},      {"skip", Role::skip}};
  const auto known = std::ranges::find(words, word, &std::pair<std::string_view, Role>::first);
  return known == std::end(words) ? std::nullopt : std::optional(known->second);
}

// A word for each column
void take_words(Columns& columns, const std::vector<std::string>& words, const std::string& said,
                const std::string& name) {
  if (words.size() != columns.size())
    refuse_words(
        said, message(words.size(), " words, but the rows of ", name, " have ", columns.size(), " numbers"));
  for (std::size_t k = 0; k < words.size(); ++k) {
    columns[k].role = Role::flux;
    if (const auto role = said_role(words[k])) {
      columns[k].role = *role;
    } else if (const int neutrino = neutrino_in(words[k])) {
      columns[k].neutrino = neutrino;
      if (columns[k].name.empty()) columns[k].name = words[k];
    } else {
      refuse_words(said, quoted(words[k]));
    }
  }
}

// ROLE=COLUMN, with a column's name or number
void take_pairs(Columns& columns, const std::vector<std::string>& words, const std::string& said) {
  std::vector<std::pair<std::size_t, Role>> given;
  for (const auto& word : words) {
    const auto equals = std::min(word.find('='), word.size());
    const auto role = said_role(std::string_view(word).substr(0, equals));
    const std::string column(strip(std::string_view(word).substr(std::min(equals + 1, word.size()))));
    if (!role || *role == Role::skip || column.empty()) refuse_words(said, quoted(word));
    std::size_t index = 0;
    const auto [stop, error] = std::from_chars(column.data(), column.data() + column.size(), index);
    std::vector<std::size_t> found;
    if (error == std::errc{} && stop == column.data() + column.size()) {
      if (index >= 1 && index <= columns.size()) found.push_back(index - 1);
    } else {
      for (std::size_t k = 0; k < columns.size(); ++k)
        if (!columns[k].name.empty() &&
            (columns[k].name == column || small(bare_name(columns[k].name)) == small(bare_name(column))))
          found.push_back(k);
    }
    std::string names;
    for (const auto& known : columns)
      if (!known.name.empty()) names += (names.empty() ? "" : ", ") + known.name;
    if (found.size() != 1)
      refuse_words(said, message(found.empty() ? "no column " : "several columns ", quoted(column), " among ",
                                 columns.size(), names.empty() ? " without names" : " (" + names + ")"));
    given.emplace_back(found[0], *role);
  }
  const auto gives = [&](bool (*what)(Role)) {
    return std::ranges::any_of(given, [&](const auto& one) { return what(one.second); });
  };
  const bool energies = gives(is_energy), flux = gives([](Role role) { return role == Role::flux; });
  for (auto& column : columns)
    if ((energies && is_energy(column.role)) || (flux && !is_energy(column.role))) column.role = Role::skip;
  for (const auto& [index, role] : given) columns[index].role = role;
}

// What can be told without words: low, high, flux, or two columns
void take_structure(Columns& columns, const FluxTable& table) {
  const auto width = columns.size();
  const auto set = [&](std::initializer_list<Role> roles) {
    std::size_t k = 0;
    for (const auto role : roles) columns[k++].role = role;
  };
  const bool counted = are_counted(table);
  if (table.ranges.size() == 1) {
    if (width == 4 && table.ranges[0] == 1 && counted) columns[0].role = Role::number;
  } else if (width == 2) {
    set({Role::energy, Role::flux});
  } else if (width == 3 && are_bins(table, 0)) {
    set({Role::low, Role::high, Role::flux});
  } else if (width == 4 && counted && are_bins(table, 1) && !are_bins(table, 0)) {
    set({Role::number, Role::low, Role::high, Role::flux});
  }
}

std::vector<std::size_t> with_role(const Columns& columns, Role role) {
  std::vector<std::size_t> found;
  for (std::size_t k = 0; k < columns.size(); ++k)
    if (columns[k].role == role) found.push_back(k);
  return found;
}

std::string names_of(const Columns& columns, const std::vector<std::size_t>& which) {
  std::string names;
  for (const auto k : which)
    names += (names.empty() ? "" : ", ") +
             (columns[k].name.empty() ? message("column ", k + 1) : quoted(columns[k].name));
  return names;
}

[[noreturn]] void ask(const std::string& name, const std::string& what) {
  throw ColumnsError(
      message("flux ", name, ": ", what, "; say it with ", columns_option, " ", flux_columns_help));
}

std::size_t choose_flux(const Columns& columns, int probe, const std::string& name) {
  auto fluxes = with_role(columns, Role::flux);
  if (fluxes.empty()) fluxes = with_role(columns, Role::unknown);
  if (fluxes.empty()) ask(name, message("none of its ", columns.size(), " columns is a flux"));
  if (fluxes.size() == 1) return fluxes[0];
  const auto candidates = fluxes;
  std::erase_if(fluxes, [&](std::size_t k) { return columns[k].neutrino != probe || probe == 0; });
  if (fluxes.size() == 1) return fluxes[0];
  const bool named = std::ranges::any_of(candidates, [&](std::size_t k) { return columns[k].neutrino != 0; });
  const auto names = names_of(columns, candidates);
  if (named && fluxes.empty() && probe != 0)
    ask(name, message("no column of ", probe_name(probe), " among ", names));
  if (with_role(columns, Role::flux).empty() &&
      std::ranges::all_of(columns, [](const Column& column) { return column.name.empty(); }))
    ask(name, message(columns.size(), " columns without names, and what they hold is not clear"));
  ask(name, message(columns.size(), " columns, and the flux may be in ", names));
}

// The columns of energies, by what they say most
void choose_energies(FluxColumns& chosen, const Columns& columns, const std::string& name) {
  const auto low = with_role(columns, Role::low), high = with_role(columns, Role::high);
  if (low.size() == 1 && high.size() == 1) {
    chosen.energies = Role::low;
    chosen.energy = low[0];
    chosen.upper = high[0];
    return;
  }
  for (const auto role : {Role::point, Role::low, Role::centre, Role::high, Role::energy}) {
    const auto found = with_role(columns, role);
    if (found.size() > 1) ask(name, message("the energies may be in ", names_of(columns, found)));
    if (found.empty()) continue;
    chosen.energies = role;
    chosen.energy = chosen.upper = found[0];
    return;
  }
  // a table of two columns whose flux is known
  const auto rest = with_role(columns, Role::unknown);
  if (rest.size() != 1 || rest[0] == chosen.flux)
    ask(name, message(columns.size(), " columns, and which are the energies is not clear"));
  chosen.energies = Role::energy;
  chosen.energy = chosen.upper = rest[0];
}

}  // namespace

FluxColumns choose_columns(const FluxTable& table, const std::string& said, int probe,
                           const std::string& name) {
  Columns columns = name_columns(table);
  const bool has_names =
      std::ranges::any_of(columns, [](const Column& column) { return !column.name.empty(); });
  if (!said.empty()) {
    std::vector<std::string> words;
    for (const auto& word : split(said, ',')) words.emplace_back(strip(word));
    if (said.find('=') == said.npos)
      take_words(columns, words, said, name);
    else
      take_pairs(columns, words, said);
  }
  if (!has_names && (said.empty() || with_role(columns, Role::unknown).size() == columns.size()))
    take_structure(columns, table);
  // two columns of energies side by side, as in "[GeV] [GeV] [/cm2/50MeV]"
  if (const auto both = with_role(columns, Role::energy);
      both.size() == 2 && both[1] == both[0] + 1 && are_bins(table, both[0])) {
    columns[both[0]].role = Role::low;
    columns[both[1]].role = Role::high;
  }
  FluxColumns chosen;
  chosen.flux = choose_flux(columns, probe, name);
  choose_energies(chosen, columns, name);
  const auto& energy = columns[chosen.energy];
  const auto& flux = columns[chosen.flux];
  chosen.named = is_energy(role_of(energy.name));
  chosen.energy_name = energy.name;
  chosen.flux_name = flux.name;
  chosen.neutrino = flux.neutrino;
  if (chosen.energies == Role::energy)
    if (const auto role = role_in_words(table.head); role != Role::unknown) chosen.energies = role;
  return chosen;
}

}  // namespace nugan
