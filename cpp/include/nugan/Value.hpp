#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace nugan {

/// A tree of the values that JSON has; the members of a map stay in their order.
class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::vector<std::pair<std::string, Value>>;
  using Any = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, List, Map>;

  Value() = default;  ///< null
  template <std::same_as<bool> T>
  Value(T value) : any_(value) {}
  template <std::signed_integral T>
  Value(T value) : any_(static_cast<std::int64_t>(value)) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  Value(T value) : any_(static_cast<std::uint64_t>(value)) {}
  Value(double value) : any_(value) {}
  Value(const char* text) : any_(std::string(text)) {}
  Value(std::string text) : any_(std::move(text)) {}
  Value(List values) : any_(std::move(values)) {}
  Value(Map members) : any_(std::move(members)) {}
  Value(const std::vector<double>& values) : any_(List(values.begin(), values.end())) {}
  template <class T>
  Value(const std::optional<T>& value) : Value(value ? Value(*value) : Value()) {}

  /// What it is, for std::visit.
  const Any& any() const { return any_; }

  /// It as a kind, or nothing.
  template <class T>
  const T* get() const {
    return std::get_if<T>(&any_);
  }

  /// It as a number, whole or not, if it is one.
  std::optional<double> number() const {
    if (const auto* whole = get<std::int64_t>()) return static_cast<double>(*whole);
    if (const auto* whole = get<std::uint64_t>()) return static_cast<double>(*whole);
    if (const auto* real = get<double>()) return *real;
    return {};
  }

  /// A member of a map by its name, of a map in it by more names; nothing where it is none.
  template <class... Names>
  const Value* find(std::string_view name, const Names&... more) const {
    const auto* map = get<Map>();
    if (!map) return nullptr;
    // of several of one name, the last one
    const auto found =
        std::find_if(map->rbegin(), map->rend(), [&](const auto& m) { return m.first == name; });
    if (found == map->rend()) return nullptr;
    if constexpr (sizeof...(more) > 0)
      return found->second.find(more...);
    else
      return &found->second;
  }

 private:
  Any any_;
};

}  // namespace nugan
