#include <pybind11/stl/filesystem.h>

#include <memory>
#include <nugan/event_files.hpp>

#include "register.hpp"

namespace py = pybind11;

void register_files(py::module_& m) {
  using nugan::PartMark;
  using std::filesystem::path;
  m.def(
      "check_target", [](const path& file, bool force) { nugan::check_target(file, force); }, py::arg("path"),
      py::arg("force"));
  m.def(
      "check_space",
      [](const path& file, std::int64_t events, double bytes) { nugan::check_space(file, events, bytes); },
      py::arg("path"), py::arg("events"), py::arg("bytes"));
  m.def(
      "check_not_being_written", [](const path& file) { nugan::check_not_being_written(file); },
      py::arg("path"));
  py::class_<PartMark>(m, "PartMark")
      .def(py::init([](const path& part) { return std::make_unique<PartMark>(part); }), py::arg("part"));
}
