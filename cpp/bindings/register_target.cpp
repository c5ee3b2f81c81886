#include <pybind11/stl.h>

#include <nugan/Target.hpp>

#include "register.hpp"

namespace py = pybind11;

void register_target(py::module_& m) {
  // bytes, for what a command line holds need not be UTF-8
  m.def(
      "parse_probe", [](const py::bytes& text) { return nugan::parse_probe(std::string(text)); },
      py::arg("text"));
  m.def("probe_name", &nugan::probe_name, py::arg("pdg"));
  m.def(
      "parse_target", [](const py::bytes& text) { return nugan::parse_target(std::string(text)); },
      py::arg("text"));
  m.def("nucleus_name", &nugan::nucleus_name, py::arg("pdg"));
  m.def("probe_on_nucleus", &nugan::probe_on_nucleus, py::arg("probe"), py::arg("target"));
}
