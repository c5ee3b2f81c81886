#include <pybind11/stl.h>

#include <nugan/Target.hpp>

#include "python_value.hpp"
#include "register.hpp"

namespace py = pybind11;

void register_target(py::module_& m) {
  m.def(
      "parse_probe", [](const py::str& text) { return nugan::parse_probe(text_from_python(text)); },
      py::arg("text"));
  m.def("probe_name", &nugan::probe_name, py::arg("pdg"));
  m.def(
      "parse_target", [](const py::str& text) { return nugan::parse_target(text_from_python(text)); },
      py::arg("text"));
  m.def("nucleus_name", &nugan::nucleus_name, py::arg("pdg"));
  m.def("probe_on_nucleus", &nugan::probe_on_nucleus, py::arg("probe"), py::arg("target"));
}
