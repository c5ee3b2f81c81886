#pragma once

#include <pybind11/pybind11.h>

#include <nugan/Value.hpp>
#include <string>
#include <type_traits>
#include <variant>

/// A text that need not be UTF-8, as os.fsdecode has it.
inline pybind11::str text_to_python(const std::string& text) {
  return pybind11::reinterpret_steal<pybind11::str>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<pybind11::ssize_t>(text.size()), "surrogateescape"));
}

/// The bytes of such a text.
inline std::string text_from_python(const pybind11::handle& text) {
  return pybind11::str(text).attr("encode")("utf-8", "surrogateescape").cast<std::string>();
}

/// A dictionary of such values by name.
class Members : public pybind11::dict {
 public:
  PYBIND11_OBJECT_DEFAULT(Members, pybind11::dict, PyDict_Check)
};

template <>
struct pybind11::detail::handle_type_name<Members> {
  static constexpr auto name = const_name("dict[str, typing.Any]");
};

/// None, bool, int, float, str, list or dict.
inline pybind11::object to_python(const nugan::Value& value) {
  return std::visit(
      []<class T>(const T& found) -> pybind11::object {
        if constexpr (std::is_same_v<T, nugan::Value::List>) {
          pybind11::list list;
          for (const auto& one : found) list.append(to_python(one));
          return list;
        } else if constexpr (std::is_same_v<T, nugan::Value::Map>) {
          pybind11::dict dict;
          for (const auto& [name, one] : found) dict[text_to_python(name)] = to_python(one);
          return dict;
        } else if constexpr (std::is_same_v<T, std::string>) {
          return text_to_python(found);
        } else if constexpr (std::is_same_v<T, std::nullptr_t>) {
          return pybind11::none();
        } else {
          return pybind11::cast(found);
        }
      },
      value.any());
}

/// The same of a map.
inline Members map_to_python(const nugan::Value& map) {
  return pybind11::reinterpret_borrow<Members>(to_python(map));
}
