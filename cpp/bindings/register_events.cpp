#include <nugan/Events.hpp>
#include <string>

#include "register.hpp"

namespace py = pybind11;

namespace {

const char* text(nugan::Where where) {
  switch (where) {
    case nugan::Where::drawn:
      return "drawn";
    case nugan::Where::optional:
      return "optional";
    case nugan::Where::derived:
      return "derived";
  }
  return "";
}

template <class T>
constexpr const char* dtype = std::is_same_v<T, bool>           ? "?"
                              : std::is_same_v<T, std::int32_t> ? "i4"
                              : std::is_same_v<T, float>        ? "f4"
                                                                : "f8";

}  // namespace

void register_events(py::module_& m) {
  py::list columns;
  nugan::for_all_columns([&]<class T>(const nugan::ColumnInfo& info, auto, T nugan::Event::*) {
    columns.append(py::make_tuple(info.name, dtype<T>, text(info.where), info.meaning));
  });
  m.attr("columns") = columns;
}
