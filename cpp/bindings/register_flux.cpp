#include <pybind11/numpy.h>
#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <nugan/FluxUnit.hpp>
#include <nugan/read_flux.hpp>

#include "register.hpp"

namespace py = pybind11;

namespace {

// nugan_hep.flux.Flux, the same flux in NumPy
py::object to_python(const nugan::Flux& flux) {
  const auto array = [](const std::vector<double>& values) {
    return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data());
  };
  return py::module_::import("nugan_hep.flux")
      .attr("Flux")(array(flux.edges), array(flux.density), flux.unit, flux.name, flux.contents);
}

}  // namespace

void register_flux(py::module_& m) {
  using nugan::FluxUnit;
  py::class_<FluxUnit>(m, "FluxUnit")
      .def(py::init([](std::optional<double> area, std::optional<double> pot, std::optional<double> width,
                       double scale) { return FluxUnit{area, pot, width, scale}; }),
           py::arg("area") = py::none(), py::arg("pot") = py::none(), py::arg("width") = py::none(),
           py::arg("scale") = 1.0)
      .def_readonly("area", &FluxUnit::area)
      .def_readonly("pot", &FluxUnit::pot)
      .def_readonly("width", &FluxUnit::width)
      .def_readonly("scale", &FluxUnit::scale)
      .def("__str__", &FluxUnit::text)
      .def("__repr__", &FluxUnit::text)
      .def(py::self == py::self);
  m.attr("flux_unit_help") = nugan::flux_unit_help;
  m.def("parse_flux_unit", &nugan::parse_flux_unit, py::arg("text"));
  m.def("flux_unit_from_title", &nugan::flux_unit_from_title, py::arg("title"));
  m.def("flux_unit_from_user", &nugan::flux_unit_from_user, py::arg("text"));
  m.def("energy_scale", &nugan::energy_scale, py::arg("axis_title"), py::arg("units") = "");
  m.def(
      "make_flux",
      [](std::vector<double> edges, std::vector<double> contents, const FluxUnit& unit,
         const std::string& name) {
        return to_python(nugan::make_flux(std::move(edges), std::move(contents), unit, name));
      },
      py::arg("edges"), py::arg("contents"), py::arg("unit"), py::arg("name"));
  m.def(
      "read_flux_text",
      [](const std::string& path, const std::string& units) {
        return to_python(nugan::read_flux_text(path, units));
      },
      py::arg("path"), py::arg("units") = "");
  m.def("neutrino_in", [](std::string_view name) { return nugan::neutrino_in(name); }, py::arg("name"));
  m.def(
      "split_flux_source",
      [](const std::string& source) {
        const auto [path, histogram] = nugan::split_flux_source(source);
        return std::pair(path, histogram);
      },
      py::arg("source"));
}
