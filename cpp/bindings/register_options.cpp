#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <nugan/Options.hpp>
#include <nugan/event_formats.hpp>

#include "python_value.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using nugan::Options;

template <std::string Options::* Member>
py::str text(const Options& options) {
  return text_to_python(options.*Member);
}

}  // namespace

void register_options(py::module_& m) {
  py::class_<Options>(m, "Options")
      .def_readonly("program", &Options::program)
      .def_property_readonly("model", &text<&Options::model>)
      .def_property_readonly("probe", &text<&Options::probe>)
      .def_property_readonly("target", &text<&Options::target>)
      .def_readonly("n", &Options::n)
      .def_readonly("exposure", &Options::exposure)
      .def_readonly("first", &Options::first)
      .def_readonly("energy", &Options::energy)
      .def_readonly("uniform", &Options::uniform)
      .def_property_readonly("flux", &text<&Options::flux>)
      .def_property_readonly("flux_units", &text<&Options::flux_units>)
      .def_property_readonly("flux_columns", &text<&Options::flux_columns>)
      .def_readonly("allow_flux_outside", &Options::allow_flux_outside)
      .def_readonly("weighted", &Options::weighted)
      .def_readonly("beam", &Options::beam)
      .def_readonly("seed", &Options::seed)
      .def_property_readonly("out", [](const Options& options) { return std::filesystem::path(options.out); })
      .def_property_readonly("format", &text<&Options::format>)
      .def_property_readonly("compression", &text<&Options::compression>)
      .def_property_readonly("device", &text<&Options::device>)
      .def_property_readonly("backend", &text<&Options::backend>)
      .def_readonly("threads", &Options::threads)
      .def_readonly("chunk", &Options::chunk)
      .def_readonly("lepton_only", &Options::lepton_only)
      .def_readonly("replicas", &Options::replicas)
      .def_readonly("root_writer", &Options::root_writer)
      .def_readonly("force", &Options::force)
      .def_readonly("quiet", &Options::quiet)
      .def_property_readonly("show", &text<&Options::show>);
  m.def(
      "parse_options",
      [](const std::string& program, const std::vector<py::bytes>& words) {
        return nugan::parse_options(program, {words.begin(), words.end()});
      },
      py::arg("program"), py::arg("words"));
  m.def("options_help", &nugan::options_help, py::arg("program"));

  using nugan::EventFormat;
  using std::filesystem::path;
  py::class_<EventFormat>(m, "EventFormat")
      .def_readonly("name", &EventFormat::name)
      .def_readonly("suffixes", &EventFormat::suffixes)
      .def_readonly("objects", &EventFormat::objects)
      .def_readonly("object_class", &EventFormat::object_class)
      .def_readonly("columns", &EventFormat::columns)
      .def_readonly("needs_sigma", &EventFormat::needs_sigma)
      .def_readonly("vertices", &EventFormat::vertices)
      .def_readonly("replicas", &EventFormat::replicas)
      .def_readonly("by_root", &EventFormat::by_root);
  m.def("check_holds", &nugan::check_holds, py::arg("format"), py::arg("sigma"), py::arg("vertices"),
        py::arg("replicas") = false);
  m.def("event_formats", &nugan::event_formats);
  m.def("format_of", &nugan::format_of, py::arg("name"));
  m.def("least_event_bytes", &nugan::least_event_bytes, py::arg("format"), py::arg("compression"));
  m.def(
      "parse_compression",
      [](const std::string& format, const py::str& text) {
        const auto [algorithm, level] = nugan::parse_compression(format, text_from_python(text));
        return std::pair(algorithm, level);
      },
      py::arg("format"), py::arg("text"));
  m.def(
      "formats_of_suffix", [](const path& file) { return nugan::formats_of_suffix(file); }, py::arg("path"));
  m.def(
      "check_format", [](const std::string& name, const path& file) { nugan::check_format(name, file); },
      py::arg("name"), py::arg("path"));
  m.def(
      "usual_compression",
      [](const std::string& name, const path& file) {
        return nugan::usual_compression(nugan::check_format(name, file), file);
      },
      py::arg("name"), py::arg("path"));
}
