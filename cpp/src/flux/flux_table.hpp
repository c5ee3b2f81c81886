#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nugan {

/// A row of numbers of a table.
struct TableRow {
  std::size_t line;             ///< of the file, from 1
  std::vector<double> numbers;  ///< in the order of the line
};

/// A table of text: what stands above it and in its comments, and its rows.
struct FluxTable {
  std::vector<std::string> head;    ///< in ASCII, see ascii_text()
  std::vector<TableRow> rows;       ///< at least one, all of one length
  std::vector<std::size_t> ranges;  ///< columns where a range begins, as 0.5-1.0 or [0.5, 1.0]
};

/// The table in a text. Numbers stand apart by blanks, commas, semicolons or bars; comments begin with `#`,
/// or their lines with `!`, `%`, `//` or `*`.
/// @param name  of the file, for messages
/// @throws Error for lines inside of the table that are no rows, no rows, rows of several lengths
FluxTable parse_flux_table(std::string_view text, const std::string& name);

}  // namespace nugan
