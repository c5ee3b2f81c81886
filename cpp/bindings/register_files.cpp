#include <pybind11/stl.h>

#include <memory>
#include <nugan/event_files.hpp>

#include "register.hpp"

namespace py = pybind11;

void register_files(py::module_& m) {
  using nugan::Format;
  using nugan::PartMark;
  py::class_<Format>(m, "Format")
      .def_readonly("name", &Format::name)
      .def_readonly("suffixes", &Format::suffixes)
      .def_readonly("objects", &Format::objects)
      .def_readonly("object_class", &Format::object_class)
      .def_readonly("compression", &Format::compression)
      .def_readonly("columns", &Format::columns)
      .def_readonly("needs_sigma", &Format::needs_sigma)
      .def_readonly("vertices", &Format::vertices)
      .def_readonly("by_root", &Format::by_root);
  m.attr("formats") = nugan::formats();
  m.def("format_of", &nugan::format_of, py::arg("name"));
  m.def("least_event_bytes", &nugan::least_event_bytes, py::arg("format"), py::arg("compressed"));
  m.def("check_not_being_written", &nugan::check_not_being_written, py::arg("path"));
  py::class_<PartMark>(m, "PartMark").def(py::init<const std::string&>(), py::arg("part"));
}
