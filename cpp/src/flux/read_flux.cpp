#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <nugan/Error.hpp>
#include <nugan/FluxUnit.hpp>
#include <nugan/read_flux.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "../text/ascii_text.hpp"
#include "../text/bracketed.hpp"
#include "../text/is_utf8.hpp"
#include "../text/message.hpp"
#include "column_words.hpp"
#include "energy_unit.hpp"
#include "flux_bins.hpp"
#include "flux_columns.hpp"
#include "flux_options.hpp"
#include "flux_parts.hpp"
#include "flux_table.hpp"

namespace nugan {

namespace {

std::string read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  std::string text;
  std::array<char, 65536> part;
  while (file && !std::feof(file.get()) && !std::ferror(file.get()))
    text.append(part.data(), std::fread(part.data(), 1, part.size(), file.get()));
  if (!file || std::ferror(file.get())) {
    std::string reason = std::generic_category().message(errno);
    std::ranges::transform(reason, reason.begin(), to_lower);
    throw Error(message("cannot read flux ", path, ": ", reason));
  }
  return text;
}

// Columns of a line of words, apart by a mark or two blanks and more
std::vector<std::string_view> split_columns(std::string_view line) {
  std::vector<std::string_view> columns;
  std::size_t begin = 0, at = 0;
  while (at < line.size()) {
    const bool mark = std::string_view(",;\t#").find(line[at]) != line.npos;
    const auto end = mark ? at + 1 : std::min(line.find_first_not_of(blanks, at), line.size());
    if (!mark && end < at + 2) {
      ++at;
      continue;
    }
    columns.push_back(line.substr(begin, at - begin));
    begin = at = end;
  }
  columns.push_back(line.substr(begin));
  return columns;
}

// The unit in the name of the flux's column, or else in the lines above the table, the lowest first, and
// there in the last column first
std::optional<FluxUnit> find_unit(const std::vector<std::string>& head, const std::string& flux_name) {
  if (const auto unit = flux_unit_from_title(flux_name)) return unit;
  for (auto line = head.rbegin(); line != head.rend(); ++line) {
    const auto columns = split_columns(*line);
    for (auto column = columns.rbegin(); column != columns.rend(); ++column)
      if (const auto unit = flux_unit_from_title(*column)) return unit;
  }
  return {};
}

// GeV in the unit of the energies: that of their column's name, or else of the lines above the table
std::optional<double> find_energy_unit(const std::vector<std::string>& head, const std::string& energy_name) {
  if (const auto scale = energy_unit_in(energy_name)) return scale;
  // brackets with a unit of energy alone first: a remark may speak of MeV
  for (auto line = head.rbegin(); line != head.rend(); ++line)
    for (const auto group : bracketed(*line))
      if (const auto scale = bare_energy_unit(group)) return scale;
  for (auto line = head.rbegin(); line != head.rend(); ++line)
    for (const auto column : split_columns(*line))
      if (!flux_unit_from_title(column))
        if (const auto scale = energy_unit_in(column)) return scale;
  return {};
}

// What the user has to be asked of a table's columns, or nothing
std::string doubt_of_columns(const std::function<void()>& look) {
  try {
    look();
  } catch (const ColumnsError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

Flux parse_flux_text(std::string_view text, const std::string& path, const std::string& units,
                     const std::string& columns, int probe) {
  if (text.starts_with("\x1f\x8b"))
    throw Error(
        message("cannot read flux ", path, ": it is compressed with gzip, expected text; gunzip it first"));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  if (!is_utf8(text)) throw Error(message("cannot read flux ", path, ": it is no text in UTF-8"));
  const FluxTable table = parse_flux_table(text, path);
  FluxColumns chosen;
  std::string doubt = doubt_of_columns([&] { chosen = choose_columns(table, columns, probe, path); });
  const auto found = find_unit(table.head, chosen.flux_name);
  const bool no_unit = !found && without_energy_unit(units).empty();
  if (doubt.empty() && no_unit) doubt = doubt_of_columns([&] { read_bins(table, chosen, true, path); });
  if (!doubt.empty())
    throw ColumnsError(no_unit ? message(doubt, "; and its unit with ", units_option, " ", flux_unit_help)
                               : doubt);
  const auto unit = choose_flux_unit(units, found, path, "no unit of a flux above its table");
  FluxParts parts = read_bins(table, chosen, unit.width.has_value(), path);
  const auto said = said_energy_unit(units);
  const auto scale = said ? said : find_energy_unit(table.head, chosen.energy_name);
  Flux flux = assemble_flux(std::move(parts), unit, scale, units);
  flux.name = std::filesystem::path(path).filename().string();
  if (chosen.neutrino != 0) flux.name = message(flux.name, ":", bare_name(chosen.flux_name));
  return flux;
}

Flux read_flux_text(const std::string& path, const std::string& units, const std::string& columns,
                    int probe) {
  return parse_flux_text(read_file(path), path, units, columns, probe);
}

FluxSource split_flux_source(const std::string& source) {
  std::error_code ignored;
  const auto colon = source.rfind(':');
  if (colon == source.npos || std::filesystem::exists(source, ignored)) return {source, ""};
  return {source.substr(0, colon), source.substr(colon + 1)};
}

void check_flux_source(const FluxSource& source, bool is_root, const std::string& columns) {
  if (!is_root && !source.histogram.empty())
    throw Error(
        message("flux ", source.path, ": it is no ROOT file and has no histogram ", source.histogram));
  if (is_root && !columns.empty())
    throw Error(
        message("flux ", source.path, ": it is a ROOT file; ", columns_option, " is for tables of text"));
}

}  // namespace nugan
