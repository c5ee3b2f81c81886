#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <nugan/FluxUnit.hpp>
#include <nugan/Rate.hpp>
#include <nugan/borders.hpp>
#include <nugan/flux_objects.hpp>
#include <nugan/read_flux.hpp>

#include "register.hpp"

namespace py = pybind11;

namespace {

using Numbers = std::vector<double>;

py::array_t<double> array(const Numbers& values) {
  return py::array_t<double>(static_cast<py::ssize_t>(values.size()), values.data());
}

// nugan_hep.flux.Flux, the same flux in NumPy
py::object to_python(const nugan::Flux& flux) {
  return py::module_::import("nugan_hep.flux")
      .attr("Flux")(array(flux.edges), array(flux.density), flux.unit, flux.name, flux.contents,
                    flux.named_for ? py::cast(flux.named_for) : py::none(), flux.reading);
}

nugan::Flux from_python(const py::object& flux) {
  const py::object named_for = flux.attr("named_for");
  return {.edges = flux.attr("edges").cast<Numbers>(),
          .density = flux.attr("density").cast<Numbers>(),
          .unit = flux.attr("unit").cast<std::string>(),
          .name = flux.attr("name").cast<std::string>(),
          .contents = flux.attr("contents").cast<std::string>(),
          .named_for = named_for.is_none() ? 0 : named_for.cast<int>(),
          .reading = flux.attr("reading").cast<std::string>()};
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
  m.def(
      "flux_from_histogram",
      [](Numbers edges, Numbers contents, const FluxTitles& titles, const std::string& units) {
        return to_python(nugan::flux_from_histogram(std::move(edges), std::move(contents), titles, units));
      },
      py::arg("edges"), py::arg("contents"), py::arg("titles"), py::arg("units") = "");
  m.def(
      "flux_from_points",
      [](const Numbers& energies, const Numbers& values, const FluxTitles& titles, const std::string& units) {
        return to_python(nugan::flux_from_points(energies, values, titles, units));
      },
      py::arg("energies"), py::arg("values"), py::arg("titles"), py::arg("units") = "");
  m.def(
      "read_flux_text",
      [](const std::string& path, const std::string& units, const std::string& columns, int probe) {
        return to_python(nugan::read_flux_text(path, units, columns, probe));
      },
      py::arg("path"), py::arg("units") = "", py::arg("columns") = "", py::arg("probe") = 0);
  m.def(
      "parse_flux_text",
      [](const std::string& text, const std::string& path, const std::string& units,
         const std::string& columns,
         int probe) { return to_python(nugan::parse_flux_text(text, path, units, columns, probe)); },
      py::arg("text"), py::arg("path"), py::arg("units") = "", py::arg("columns") = "", py::arg("probe") = 0);
  m.def("neutrino_in", &nugan::neutrino_in, py::arg("name"));
  m.def(
      "split_flux_source",
      [](const std::string& source) {
        const auto [path, histogram] = nugan::split_flux_source(source);
        return std::pair(path, histogram);
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
  m.def(
      "make_flux",
      [](Numbers edges, Numbers contents, const nugan::FluxUnit& unit, const std::string& name) {
        return to_python(nugan::make_flux(std::move(edges), std::move(contents), unit, name));
      },
      py::arg("edges"), py::arg("contents"), py::arg("unit"), py::arg("name"));
  m.def(
      "without_slivers",
      [](Numbers edges, Numbers density, const std::string& name) {
        const auto flux =
            nugan::without_slivers({.edges = std::move(edges), .density = std::move(density), .name = name});
        return std::pair(array(flux.edges), array(flux.density));
      },
      py::arg("edges"), py::arg("density"), py::arg("name"));
  m.def(
      "between",
      [](const py::object& flux, double low, double high) {
        return to_python(from_python(flux).between(low, high));
      },
      py::arg("flux"), py::arg("low"), py::arg("high"));
  m.def(
      "other_neutrino",
      [](const py::object& flux, int probe) { return nugan::other_neutrino(from_python(flux), probe); },
      py::arg("flux"), py::arg("probe"));
  m.def(
      "check_outside",
      [](const py::object& flux, double outside, double low, double high, bool allowed) {
        nugan::check_outside(from_python(flux), outside, low, high, allowed);
      },
      py::arg("flux"), py::arg("outside"), py::arg("low"), py::arg("high"), py::arg("allowed"));
  m.def(
      "expected_events",
      [](const py::object& flux, double sigma, double pot, double mass) {
        return nugan::expected_events(from_python(flux), sigma, pot, mass);
      },
      py::arg("flux"), py::arg("sigma"), py::arg("pot"), py::arg("mass"));
  m.attr("outside_allowed") = nugan::outside_allowed;
  m.def(
      "borders_between",
      [](Numbers borders, double low, double high) {
        return array(nugan::borders_between(std::move(borders), low, high));
      },
      py::arg("borders"), py::arg("low"), py::arg("high"));
  m.def("same_border", py::vectorize(&nugan::same_border), py::arg("a"), py::arg("b"));
}
