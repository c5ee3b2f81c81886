#include <algorithm>
#include <array>
#include <nugan/Error.hpp>
#include <nugan/find_model.hpp>
#include <nugan/model_archive.hpp>
#include <tuple>

#include "../events/grouped.hpp"
#include "../text/is_line.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"

namespace nugan {

namespace {

using Cells = std::array<std::string, 7>;

Cells row_of(const std::string& name, const Value& metadata) {
  const auto whole = [&](const char* key) {
    return std::to_string(*metadata.find(key)->get<std::int64_t>());
  };
  const auto* found = metadata.find("family");
  const auto* family = found ? found->get<std::string>() : nullptr;
  const auto events = training_events(metadata);
  const auto& range = *metadata.find("enu_range")->get<Value::List>();
  return {name,
          family ? shown(*family) : "gan",
          metadata.find("hadrons") ? "yes" : "-",
          whole("probe"),
          whole("target"),
          events ? grouped(*events) : "-",
          message(*range[0].number(), " to ", *range[1].number())};
}

}  // namespace

std::string model_table(const std::vector<std::string>& folders) {
  std::vector<Cells> rows = {
      {"model", "family", "hadrons", "probe", "target", "training events", "energies [GeV]"}};
  std::string unreadable;
  auto names = list_models(folders);
  std::ranges::sort(names, {}, [](const std::string& name) { return std::tuple(name.size(), name); });
  for (const auto& name : names) {
    if (!is_line(name)) {
      unreadable += message(nugan::quoted(name), ": unreadable: expected a name in UTF-8 on one line\n");
      continue;
    }
    try {
      rows.push_back(row_of(name, read_metadata(find_model(name, folders))));
    } catch (const Error& error) {
      unreadable += message(name, ": unreadable: ", error.what(), '\n');
    }
  }
  std::array<std::size_t, 7> widths{};
  for (const auto& row : rows)
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], row[k].size());
  std::string table;
  for (const auto& row : rows) {
    for (std::size_t k = 0; k + 1 < row.size(); ++k) {
      const std::string blanks(widths[k] - row[k].size(), ' ');
      table += (k < 2 ? row[k] + blanks : blanks + row[k]) + "  ";
    }
    table += row.back() + '\n';
  }
  return table + unreadable;
}

}  // namespace nugan
