#include <nlohmann/json.hpp>
#include <nugan/root/Run.hpp>
#include <variant>

namespace nugan::root {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Value& value) {
  return std::visit(
      []<class T>(const T& found) -> Json {
        if constexpr (std::is_same_v<T, Value::List>) {
          Json list = Json::array();
          for (const Value& one : found) list.push_back(json_of(one));
          return list;
        } else if constexpr (std::is_same_v<T, Value::Map>) {
          Json map = Json::object();
          for (const auto& [name, one] : found) map[name] = json_of(one);
          return map;
        } else {
          return found;
        }
      },
      value.any());
}

}  // namespace

std::string to_json(const Run& run, std::int64_t events, bool table) {
  // names of files need not be UTF-8
  return json_of(describe(run, events, table)).dump(1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace nugan::root
