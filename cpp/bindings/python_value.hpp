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

/// The value of None, a bool, int, float, str, list, tuple or dict by str.
inline nugan::Value value_from_python(const pybind11::handle& object) {
  namespace py = pybind11;
  if (object.is_none()) return {};
  if (py::isinstance<py::bool_>(object)) return object.cast<bool>();
  if (py::isinstance<py::int_>(object))
    return object < py::int_(0) ? nugan::Value(object.cast<std::int64_t>())
                                : nugan::Value(object.cast<std::uint64_t>());
  if (py::isinstance<py::float_>(object)) return object.cast<double>();
  if (py::isinstance<py::str>(object)) return text_from_python(object);
  if (py::isinstance<py::dict>(object)) {
    nugan::Value::Map map;
    for (const auto& [name, value] : object.cast<py::dict>())
      map.emplace_back(text_from_python(name), value_from_python(value));
    return map;
  }
  if (!py::isinstance<py::list>(object) && !py::isinstance<py::tuple>(object))
    throw py::type_error("expected what JSON has, not " + std::string(py::str(py::type::of(object))));
  nugan::Value::List list;
  for (const auto& value : object.cast<py::sequence>()) list.push_back(value_from_python(value));
  return list;
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
