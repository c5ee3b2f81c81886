#include <pybind11/stl.h>

#include <nugan/Run.hpp>

#include "python_flux.hpp"
#include "python_value.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using nugan::Run;
using Number = std::optional<double>;
using Targets = std::vector<std::pair<int, double>>;

Run make(int probe, Targets targets, Number sigma, Number sigma_error, const py::object& flux, Number energy,
         Number pot) {
  Run run{.probe = probe,
          .targets = std::move(targets),
          .sigma = sigma,
          .sigma_error = sigma_error,
          .energy = energy,
          .pot = pot};
  if (!flux.is_none()) run.flux = flux_from_python(flux);
  return run;
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
      .def_property_readonly("flux",
                             [](const Run& run) { return run.flux ? flux_to_python(*run.flux) : py::none(); })
      .def_readonly("energy", &Run::energy)
      .def_readwrite("pot", &Run::pot)
      .def_readwrite("program", &Run::program)
      .def_property(
          "command", [](const Run& run) { return text_to_python(run.command); },
          [](Run& run, const py::str& command) { run.command = text_from_python(command); })
      .def_readwrite("first", &Run::first)
      .def_readwrite("requested", &Run::requested)
      .def_property("exposure", nullptr,
                    [](Run& run, const std::tuple<double, double, double, std::int64_t>& given) {
                      const auto& [pot, mass, expected, drawn] = given;
                      run.exposure = {.pot = pot, .mass = mass, .expected = expected, .drawn = drawn};
                    })
      .def(
          "describe",
          [](const Run& run, std::optional<std::int64_t> events) {
            return to_python(nugan::describe(run, events));
          },
          py::arg("events") = py::none())
      .def("numbers", [](const Run& run) { return to_python(nugan::describe_numbers(run)); });
  m.def(
      "describe_flux",
      [](const py::object& flux) { return to_python(nugan::describe(flux_from_python(flux))); },
      py::arg("flux"));
}
