#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nugan/Error.hpp>
#include <nugan/FluxUnit.hpp>
#include <nugan/read_flux.hpp>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "Scanner.hpp"
#include "ascii_text.hpp"
#include "is_utf8.hpp"
#include "message.hpp"
#include "quoted.hpp"
#include "to_number.hpp"

namespace nugan {

namespace {

using Row = std::vector<double>;

std::string read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  std::string text;
  std::array<char, 65536> part;
  std::size_t size = 0;
  while (file && (size = std::fread(part.data(), 1, part.size(), file.get())) > 0)
    text.append(part.data(), size);
  if (!file || std::ferror(file.get())) {
    std::string reason = std::generic_category().message(errno);
    std::ranges::transform(reason, reason.begin(), to_lower);
    throw Error(message("cannot read flux ", path, ": ", reason));
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark
  if (!is_utf8(text)) throw Error(message("cannot read flux ", path, ": it is no text in UTF-8"));
  return text;
}

// Lines, as Python's splitlines() has them in ASCII
std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n\v\f\x1c\x1d\x1e"), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + (text.substr(end).starts_with("\r\n") ? 2 : 1), text.size()));
  }
  return lines;
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end)
    if ((text[end] & 0xC0) != 0x80 && count-- == 0) break;  // not inside of a character of UTF-8
  return text.substr(0, end);
}

// The numbers of a row, or nothing where it has other words
Row read_numbers(std::string_view text) {
  constexpr std::string_view separators = " \t\n,;|()[]";
  Row numbers;
  for (auto at = text.find_first_not_of(separators); at != text.npos;
       at = text.find_first_not_of(separators)) {
    text.remove_prefix(at);
    const auto end = std::min(text.find_first_of(separators), text.size());
    const auto number = to_number(text.substr(0, end));
    if (!number) return {};
    numbers.push_back(*number);
    text.remove_prefix(end);
  }
  return numbers;
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

// The unit in the lines above the table, the lowest first, and there in the last column first
std::optional<FluxUnit> find_unit(const std::vector<std::string>& head) {
  for (auto line = head.rbegin(); line != head.rend(); ++line) {
    const auto columns = split_columns(*line);
    for (auto column = columns.rbegin(); column != columns.rend(); ++column)
      if (const auto unit = flux_unit_from_title(*column)) return unit;
  }
  return {};
}

// What a line says of the energies: all but its last bracket or, without one, its last column
std::string without_last_column(std::string_view line) {
  const auto end = line.find_last_not_of(blanks);
  if (end != line.npos && end > 0 && (line[end] == ']' || line[end] == ')'))
    if (const auto begin = line.find_last_of("[]()", end - 1);
        begin != line.npos && (line[begin] == '[' || line[begin] == '('))
      return std::string(line.substr(0, begin));
  auto columns = split_columns(strip(line));
  columns.pop_back();
  std::string rest;
  for (const auto column : columns) rest.append(rest.empty() ? "" : " ").append(column);
  return rest;
}

// Whether two columns from a place on are edges of bins without gaps
bool are_bins(const std::vector<Row>& rows, std::size_t from) {
  const auto close = [](double a, double b) {
    return a == b || std::abs(a - b) <= 1e-8 + 1e-6 * std::abs(b);
  };
  for (std::size_t k = 0; k < rows.size(); ++k)
    if (!(rows[k][from] < rows[k][from + 1]) || (k > 0 && !close(rows[k][from], rows[k - 1][from + 1])))
      return false;
  return true;
}

// Whether the first column numbers the rows
bool are_counted(const std::vector<Row>& rows) {
  if (rows.size() < 2 || (rows[0][0] != 0 && rows[0][0] != 1)) return false;
  for (std::size_t k = 1; k < rows.size(); ++k)
    if (rows[k][0] - rows[k - 1][0] != 1) return false;
  return true;
}

// The column where the bins begin: behind the number of the row, if there is one
std::size_t first_column(const std::vector<Row>& rows, const std::string& path) {
  std::set<std::size_t> widths;
  for (const auto& row : rows) widths.insert(row.size());
  if (widths.size() != 1) {
    std::string found;
    for (const auto width : widths) found += message(found.empty() ? "rows of " : " and ", width);
    found = found.empty() ? "no rows of numbers" : found + " numbers";
    throw Error(message("flux ", path, ": ", found, "; expected rows of one length"));
  }
  const auto width = rows[0].size();
  const bool counted = are_counted(rows) && (width == 4 || (width == 3 && !are_bins(rows, 0)));
  const std::size_t first = counted ? 1 : 0;
  if (width - first != 2 && (width - first != 3 || !are_bins(rows, first)))
    throw Error(
        message("flux ", path, ": ", width,
                " columns; expected lower edge, upper edge and flux, or centre and flux, of bins that "
                "follow each other"));
  return first;
}

std::vector<double> read_edges(const std::vector<Row>& rows, std::size_t first, const std::string& path) {
  std::vector<double> edges;
  if (rows[0].size() - first == 3) {
    for (const auto& row : rows) edges.push_back(row[first]);
    edges.push_back(rows.back()[first + 1]);
    return edges;
  }
  if (rows.size() < 2)
    throw Error(message("flux ", path, ": one centre of a bin, expected edges or more centres"));
  // every centre is in the middle of its bin; the first two bins are taken for equally wide
  edges.push_back(1.5 * rows[0][first] - 0.5 * rows[1][first]);
  for (const auto& row : rows) edges.push_back(2 * row[first] - edges.back());
  if (!std::ranges::is_sorted(edges, std::ranges::less_equal{}))
    throw Error(message("flux ", path, ": its energies are not centres of bins; give lower and upper edges"));
  return edges;
}

}  // namespace

Flux read_flux_text(const std::string& path, const std::string& units) {
  std::vector<std::string> head;
  std::vector<Row> rows;
  std::size_t number = 0;
  for (const auto& line : split_lines(read_file(path))) {
    ++number;
    const auto mark = std::min(line.find('#'), line.size());
    const std::string text = ascii_text(line.substr(0, mark));
    if (mark < line.size()) head.push_back(ascii_text(line.substr(mark + 1)));
    auto values = read_numbers(text);
    if (!values.empty()) {
      rows.push_back(std::move(values));
    } else if (strip(text).empty()) {
      continue;
    } else if (rows.empty()) {
      head.push_back(text);
    } else {
      const auto shown = first_characters(strip(std::string_view(line).substr(0, mark)), 60);
      throw Error(message("flux ", path, ", line ", number, ": ", quoted(shown), " is no row of numbers"));
    }
  }
  const auto first = first_column(rows, path);
  const auto unit = units.empty() ? find_unit(head) : flux_unit_from_user(units);
  if (!unit)
    throw NoUnitError(
        message("flux ", path, ": no unit of a flux above its table; give --flux-units ", flux_unit_help));
  std::string energies;
  for (const auto& line : head) energies += without_last_column(line) + " ";
  const double scale = energy_scale(energies, units);
  auto edges = read_edges(rows, first, path);
  for (double& edge : edges) edge *= scale;
  std::vector<double> contents;
  for (const auto& row : rows) contents.push_back(row.back());
  return make_flux(std::move(edges), std::move(contents), *unit,
                   std::filesystem::path(path).filename().string());
}

int neutrino_in(std::string_view name) {
  std::string text(name.substr(name.rfind('/') + 1));
  std::ranges::transform(text, text.begin(), to_lower);
  const auto letter_at = [&](std::size_t at) { return at < text.size() && is_lower(text[at]); };
  constexpr std::pair<std::string_view, int> flavours[] = {{"e", 12}, {"mu", 14}, {"tau", 16}};
  for (auto at = text.find("nu"); at != text.npos; at = text.find("nu", at + 1)) {
    const std::string_view before = std::string_view(text).substr(0, at);
    const auto is_prefix = [&](std::string_view word) {
      return before.ends_with(word) && !(at > word.size() && letter_at(at - word.size() - 1));
    };
    const bool anti = is_prefix("anti_") || is_prefix("anti") || is_prefix("a");
    if (!anti && !is_prefix("")) continue;
    Scanner scan(text, at + 2);
    scan.take("_");
    const auto flavour =
        std::ranges::find_if(flavours, [&](const auto& known) { return scan.take(known.first); });
    if (flavour == std::end(flavours)) continue;
    for (const std::string_view suffix : {"_bar", "_b", "_", "bar", "b", ""}) {
      const auto end = scan.at() + suffix.size();
      if (text.compare(scan.at(), suffix.size(), suffix) == 0 && !letter_at(end))
        return anti || suffix.ends_with('r') || suffix.ends_with('b') ? -flavour->second : flavour->second;
    }
  }
  return 0;
}

int neutrino_in(const Flux& flux) {
  const auto colon = flux.name.rfind(':');
  return colon == std::string::npos ? 0 : neutrino_in(std::string_view(flux.name).substr(colon + 1));
}

FluxSource split_flux_source(const std::string& source) {
  std::error_code ignored;
  const auto colon = source.rfind(':');
  if (colon == source.npos || std::filesystem::exists(source, ignored)) return {source, ""};
  const std::string histogram = source.substr(colon + 1);
  return {source.substr(0, colon), histogram.substr(0, histogram.find(';'))};
}

}  // namespace nugan
