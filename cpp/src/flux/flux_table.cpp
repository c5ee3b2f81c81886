#include "flux_table.hpp"

#include <algorithm>
#include <nugan/Error.hpp>
#include <optional>
#include <utility>

#include "../text/ascii_text.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "../text/to_number.hpp"

namespace nugan {

namespace {

constexpr auto npos = std::string_view::npos;

struct Row {
  std::vector<double> numbers{};
  std::vector<std::size_t> ranges{};
};

// Lines, as Python's splitlines() has them in ASCII
std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n\v\f\x1c\x1d\x1e"), text.size());
    lines.push_back(text.substr(0, end));
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

std::string shown(std::string_view line) {
  constexpr std::size_t most = 60;
  return quoted(first_characters(strip(line), most));
}

// A number, in the manner of Fortran, too: 1.0D-05
std::optional<double> table_number(std::string_view word) {
  const auto exponent = word.find_first_of("dD");
  if (exponent == npos || exponent == 0 || !(is_digit(word[exponent - 1]) || word[exponent - 1] == '.'))
    return to_number(word);
  std::string other(word);
  other[exponent] = 'e';
  return to_number(other);
}

// The ends of 2.00-2.10 or 2:2.1
std::optional<std::pair<double, double>> table_range(std::string_view word) {
  for (auto at = word.find_first_of("-:", 1); at != npos; at = word.find_first_of("-:", at + 1)) {
    const auto low = table_number(word.substr(0, at)), high = table_number(word.substr(at + 1));
    if (low && high) return std::pair(*low, *high);
  }
  return {};
}

// The row in a line, or nothing where it has other words
std::optional<Row> read_row(std::string_view line) {
  line = strip(line);
  // a row that is one bracket as a whole
  if (const auto close = line.find_first_of(")]");
      line.find_first_of("([") == 0 && close != npos && close == line.find_last_not_of(",; \t"))
    line = line.substr(1, close - 1);
  constexpr std::string_view separators = " \t\n,;|", brackets = "()[]";
  Row row;
  std::size_t opened = npos;  // the column behind an open bracket
  bool range = false;         // behind the dash of "0.5 - 1.0"
  for (std::size_t at = 0; at < line.size();) {
    const char c = line[at];
    if (separators.find(c) != npos) {
      ++at;
    } else if (c == '(' || c == '[') {
      if (opened != npos) return {};
      opened = row.numbers.size();
      ++at;
    } else if (c == ')' || c == ']') {
      if (opened == npos) return {};
      if (row.numbers.size() == opened + 2) row.ranges.push_back(opened);
      opened = npos;
      ++at;
    } else {
      auto end = std::min(line.find_first_of(separators, at), line.find_first_of(brackets, at));
      end = std::min(end, line.size());
      const auto word = line.substr(at, end - at);
      at = end;
      if (word == "-" && !row.numbers.empty() && !range) {
        range = true;
        continue;
      }
      if (const auto number = table_number(word)) {
        if (range) row.ranges.push_back(row.numbers.size() - 1);
        row.numbers.push_back(*number);
      } else if (const auto ends = table_range(word); ends && !range) {
        row.ranges.push_back(row.numbers.size());
        row.numbers.insert(row.numbers.end(), {ends->first, ends->second});
      } else {
        return {};
      }
      range = false;
    }
  }
  std::ranges::sort(row.ranges);
  row.ranges.erase(std::unique(row.ranges.begin(), row.ranges.end()), row.ranges.end());
  if (opened != npos || range || row.numbers.empty()) return {};
  return row;
}

std::size_t count_numbers(std::string_view line) {
  std::size_t count = 0;
  for (auto at = line.find_first_not_of(" \t,;=", 0); at != npos; at = line.find_first_not_of(" \t,;=", at)) {
    const auto end = std::min(line.find_first_of(" \t,;=", at), line.size());
    count += table_number(line.substr(at, end - at)) ? 1 : 0;
    at = end;
  }
  return count;
}

std::string plural(std::size_t count, const char* thing) {
  return message(count, " ", thing, count == 1 ? "" : "s");
}

}  // namespace

FluxTable parse_flux_table(std::string_view text, const std::string& name) {
  FluxTable table;
  std::vector<std::pair<std::size_t, std::string_view>> words;  // above the table that are no comments
  std::size_t number = 0;
  for (const auto line : split_lines(text)) {
    ++number;
    const auto begin = strip(line);
    const bool remark =
        begin.starts_with('!') || begin.starts_with('%') || begin.starts_with("//") || begin.starts_with('*');
    const auto mark = remark ? 0 : std::min(line.find('#'), line.size());
    const std::string before = ascii_text(line.substr(0, mark));
    if (mark < line.size()) table.head.push_back(ascii_text(line.substr(mark + (remark ? 0 : 1))));
    if (strip(before).empty()) continue;
    auto row = read_row(before);
    if (row && table.rows.empty()) table.ranges = row->ranges;
    if (row && !table.rows.empty() && row->numbers.size() != table.rows.front().numbers.size())
      throw Error(message("flux ", name, ", line ", number, ": ", plural(row->numbers.size(), "number"),
                          ", but ", table.rows.front().numbers.size(), " in line ", table.rows.front().line,
                          "; expected rows of one length"));
    if (row && row->ranges == table.ranges) {
      table.rows.push_back({number, std::move(row->numbers)});
    } else if (table.rows.empty()) {
      table.head.push_back(before);
      words.emplace_back(number, line.substr(0, mark));
    } else {
      throw Error(message("flux ", name, ", line ", number, ": ", shown(line.substr(0, mark)),
                          " is no row of numbers", row ? " like those before" : ""));
    }
  }
  if (table.rows.empty() && words.empty())
    throw Error(message("flux ", name, ": no rows of numbers, expected rows of low, high, flux"));
  if (table.rows.empty()) {
    const auto& [line, found] =
        *std::ranges::max_element(words, {}, [](const auto& one) { return count_numbers(one.second); });
    throw Error(message("flux ", name, ", line ", line, ": ", shown(found),
                        " is no row of numbers, and no other line is; expected rows of low, high, flux"));
  }
  return table;
}

}  // namespace nugan
