#include <nugan/argument_values.hpp>

#include "python_value.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

// The arguments of a program need not be UTF-8
template <auto Parse, class... More>
auto from_text(const py::str& text, More... more) {
  return Parse(text_from_python(text), more...);
}

}  // namespace

void register_arguments(py::module_& m) {
  m.def("parse_positive", &from_text<nugan::parse_positive>, py::arg("text"));
  m.def("parse_whole", &from_text<nugan::parse_whole>, py::arg("text"));
  m.def("parse_count", &from_text<nugan::parse_count, std::int64_t>, py::arg("text"), py::arg("least") = 1);
  m.def("parse_seed", &from_text<nugan::parse_seed>, py::arg("text"));
  m.def("parse_threads", &from_text<nugan::parse_threads>, py::arg("text"));
  m.def(
      "parse_device",
      [](const py::str& text) {
        const auto [cuda, number] = nugan::parse_device(text_from_python(text));
        return std::pair(cuda ? "cuda" : "cpu", number);
      },
      py::arg("text"));
}
