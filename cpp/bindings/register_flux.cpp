#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <nugan/FluxUnit.hpp>
#include <nugan/Rate.hpp>
#include <nugan/borders.hpp>
#include <nugan/flux_objects.hpp>
#include <nugan/read_flux.hpp>

#include "python_flux.hpp"
#include "python_types.hpp"
#include "python_value.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using Numbers = std::vector<double>;
using Array = py::array_t<double, py::array::c_style | py::array::forcecast>;

py::array_t<double> array(const Numbers& values) {
  return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data());
}

void register_units(py::module_& m) {
  using nugan::FluxUnit;
  py::class_<FluxUnit>(m, "FluxUnit")
      .def(py::init([](std::optional<double> area, std::optional<double> pot, std::optional<double> width,
                       double scale, bool per_time) { return FluxUnit{area, pot, width, scale, per_time}; }),
           py::arg("area") = py::none(), py::arg("pot") = py::none(), py::arg("width") = py::none(),
           py::arg("scale") = 1.0, py::arg("per_time") = false)
      .def_readonly("area", &FluxUnit::area)
      .def_readonly("pot", &FluxUnit::pot)
      .def_readonly("width", &FluxUnit::width)
      .def_readonly("scale", &FluxUnit::scale)
      .def_readonly("per_time", &FluxUnit::per_time)
      .def("__str__", &FluxUnit::text)
      .def("__repr__", &FluxUnit::text)
      .def(py::self == py::self);
  m.def("parse_flux_unit", &nugan::parse_flux_unit, py::arg("text"));
  m.def("flux_unit_from_title", &nugan::flux_unit_from_title, py::arg("title"));
  m.def("flux_unit_from_user", &nugan::flux_unit_from_user, py::arg("text"));
  m.def("energy_scale", &nugan::energy_scale, py::arg("axis_title"), py::arg("units") = "");
}

void register_sources(py::module_& m) {
  using nugan::FluxTitles;
  using nugan::RootObject;
  py::class_<RootObject>(m, "RootObject")
      .def(py::init([](std::string name, int cycle, std::string class_name, std::string title) {
             return RootObject{std::move(name), cycle, std::move(class_name), std::move(title)};
           }),
           py::arg("name"), py::arg("cycle"), py::arg("class_name"), py::arg("title") = "")
      .def_readonly("name", &RootObject::name)
      .def_readonly("cycle", &RootObject::cycle)
      .def_readonly("class_name", &RootObject::class_name);
  m.def("choose_flux_object", &nugan::choose_flux_object, py::arg("path"), py::arg("objects"),
        py::arg("wanted"), py::arg("units"), py::arg("probe"), py::arg("contents_title"));
  py::class_<FluxTitles>(m, "FluxTitles")
      .def(py::init([](std::string name, std::string title, std::string energies, std::string contents) {
             return FluxTitles{std::move(name), std::move(title), std::move(energies), std::move(contents)};
           }),
           py::arg("name"), py::arg("title"), py::arg("energies"), py::arg("contents"));
  m.def("flux_from_histogram", &nugan::flux_from_histogram, py::arg("edges"), py::arg("contents"),
        py::arg("titles"), py::arg("units") = "");
  m.def("flux_from_points", &nugan::flux_from_points, py::arg("energies"), py::arg("values"),
        py::arg("titles"), py::arg("units") = "");
  m.def("read_flux_text", &nugan::read_flux_text, py::arg("path"), py::arg("units") = "",
        py::arg("columns") = "", py::arg("probe") = 0);
  m.def(
      "parse_flux_text",
      [](const py::bytes& text, const std::string& path, const std::string& units, const std::string& columns,
         int probe) { return nugan::parse_flux_text(std::string(text), path, units, columns, probe); },
      py::arg("text"), py::arg("path"), py::arg("units") = "", py::arg("columns") = "", py::arg("probe") = 0);
  m.def("neutrino_in", &nugan::neutrino_in, py::arg("name"));
  m.def(
      "split_flux_source",
      [](const py::str& source) {
        const auto [path, histogram] = nugan::split_flux_source(text_from_python(source));
        return std::pair(text_to_python(path), text_to_python(histogram));
      },
      py::arg("source"));
  m.def(
      "check_flux_source",
      [](const std::string& path, const std::string& histogram, bool is_root, const std::string& columns) {
        nugan::check_flux_source({path, histogram}, is_root, columns);
      },
      py::arg("path"), py::arg("histogram"), py::arg("is_root"), py::arg("columns"));
}

}  // namespace

void register_flux(py::module_& m) {
  register_units(m);
  register_sources(m);
  m.def("make_flux", &nugan::make_flux, py::arg("edges"), py::arg("contents"), py::arg("unit"),
        py::arg("name"));
  m.def(
      "without_slivers",
      [](Numbers edges, Numbers density, const std::string& name) {
        const auto flux =
            nugan::without_slivers({.edges = std::move(edges), .density = std::move(density), .name = name});
        return std::pair(array(flux.edges), array(flux.density));
      },
      py::arg("edges"), py::arg("density"), py::arg("name"));
  m.def("between", &nugan::Flux::between, py::arg("flux"), py::arg("low"), py::arg("high"));
  m.def("other_neutrino", &nugan::other_neutrino, py::arg("flux"), py::arg("probe"));
  m.def("check_outside", &nugan::check_outside, py::arg("flux"), py::arg("outside"), py::arg("low"),
        py::arg("high"), py::arg("allowed"));
  m.def("filled_range", &nugan::Flux::filled_range, py::arg("flux"));
  m.attr("outside_allowed") = nugan::outside_allowed;
  m.def(
      "borders_between",
      [](Numbers borders, double low, double high) {
        return array(nugan::borders_between(std::move(borders), low, high));
      },
      py::arg("borders"), py::arg("low"), py::arg("high"));
  m.def(
      "same_border",
      [](const Array& a, const Array& b) -> Vectorized<bool> {
        return py::vectorize(&nugan::same_border)(a, b);
      },
      py::arg("a"), py::arg("b"));
}
