#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <nugan/Error.hpp>
#include <nugan/Sampler.hpp>
#include <nugan/find_model.hpp>
#include <nugan/root/Run.hpp>
#include <tuple>

#include "../../src/message.hpp"

namespace nugan::root {

namespace {

using Json = nlohmann::json;
using Cells = std::array<std::string, 6>;

std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

Cells describe(const std::string& name) {
  const auto model = Sampler(name, {.threads = 1, .backend = "torch"}).model();
  const Json about = Json::parse(model.metadata, nullptr, /*allow_exceptions=*/false);
  const auto at = [&](const char* pointer) {
    const Json::json_pointer place(pointer);
    return about.is_object() && about.contains(place) ? about.at(place) : Json();
  };
  const Json family = at("/family");
  // resampled events count for the true ones behind them
  const Json replayed = at("/training/data/replay/events");
  const Json events = replayed.is_null() ? at("/training/data/events") : replayed;
  return {name,
          family.is_string() ? family.get<std::string>() : "gan",
          std::to_string(model.process.probe),
          std::to_string(model.process.target),
          events.is_number_integer() ? with_commas(events.get<std::int64_t>()) : "-",
          message(model.enu_min, " to ", model.enu_max)};
}

}  // namespace

std::string model_table() {
  std::vector<Cells> rows = {{"model", "family", "probe", "target", "training events", "energies [GeV]"}};
  std::string unreadable;
  auto names = list_models();
  std::ranges::sort(names, {}, [](const std::string& name) { return std::tuple(name.size(), name); });
  for (const auto& name : names) {
    try {
      rows.push_back(describe(name));
    } catch (const Error& error) {
      unreadable += message(name, ": unreadable: ", error.what(), '\n');
    }
  }
  std::array<std::size_t, 6> widths{};
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

}  // namespace nugan::root
