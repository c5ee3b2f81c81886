#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <nugan/Run.hpp>

#include "python_flux.hpp"
#include "python_value.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using nugan::Run;
using Number = std::optional<double>;
using Targets = std::vector<std::pair<int, double>>;

Run make(int probe, Targets targets, Number sigma, Number sigma_error, std::optional<nugan::Flux> flux,
         Number energy, Number pot) {
  return {.probe = probe,
          .targets = std::move(targets),
          .sigma = sigma,
          .sigma_error = sigma_error,
          .flux = std::move(flux),
          .energy = energy,
          .pot = pot};
}

}  // namespace

void register_run(py::module_& m) {
  py::class_<Run>(m, "Run")
      .def(py::init(&make), py::arg("probe"), py::arg("targets"), py::arg("sigma"), py::arg("sigma_error"),
           py::arg("flux"), py::arg("energy"), py::arg("pot"))
      .def_readonly("probe", &Run::probe)
      .def_readonly("targets", &Run::targets)
      .def_readonly("sigma", &Run::sigma)
      .def_readonly("sigma_error", &Run::sigma_error)
      .def_readonly("flux", &Run::flux)
      .def_readonly("energy", &Run::energy)
      .def_readonly("pot", &Run::pot)
      .def_readonly("flavours", &Run::flavours)
      .def_readwrite("program", &Run::program)
      .def_property(
          "command", [](const Run& run) { return text_to_python(run.command); },
          [](Run& run, const py::str& command) { run.command = text_from_python(command); })
      .def_readonly("first", &Run::first)
      .def_readonly("requested", &Run::requested)
      .def(
          "describe",
          [](const Run& run, std::optional<std::int64_t> events) {
            return map_to_python(nugan::describe(run, events));
          },
          py::arg("events") = py::none())
      .def("numbers", [](const Run& run) { return map_to_python(nugan::describe_numbers(run)); })
      .def(
          "summary",
          [](const Run& run, const std::filesystem::path& path, std::int64_t events, double seconds) {
            return text_to_python(nugan::summary(run, path, events, seconds));
          },
          py::arg("path"), py::arg("events"), py::arg("seconds"));
  m.def("interruption", &nugan::interruption, py::arg("events"), py::arg("requested"));
  m.def(
      "describe_flux", [](const nugan::Flux& flux) { return map_to_python(nugan::describe(flux)); },
      py::arg("flux"));
}
