#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <nugan/find_model.hpp>
#include <nugan/model_archive.hpp>

#include "python_value.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using std::filesystem::path;
using Paths = std::vector<path>;

std::vector<std::string> strings(const Paths& paths) {
  return {paths.begin(), paths.end()};
}

Paths models_folders(const Paths& before_installed) {
  const auto found = nugan::models_folders(strings(before_installed));
  return {found.begin(), found.end()};
}

std::vector<py::str> list_models(const Paths& folders) {
  std::vector<py::str> names;
  for (const auto& name : nugan::list_models(strings(folders))) names.push_back(text_to_python(name));
  return names;
}

}  // namespace

void register_models(py::module_& m) {
  m.attr("default_model") = nugan::default_model;
  m.attr("archive_format_version") = nugan::archive_format_version;
  m.attr("metadata_file") = nugan::metadata_file;
  m.def("models_folders", &models_folders, py::arg("before_installed"));
  m.def(
      "find_model",
      [](const path& name, const Paths& folders) { return path(nugan::find_model(name, strings(folders))); },
      py::arg("name_or_path"), py::arg("folders"));
  m.def(
      "find_model_of",
      [](int probe, int target, const Paths& folders) {
        return text_to_python(nugan::find_model(probe, target, strings(folders)));
      },
      py::arg("probe"), py::arg("target"), py::arg("folders"));
  m.def("list_models", &list_models, py::arg("folders"));
  m.def(
      "model_table",
      [](const Paths& folders) { return text_to_python(nugan::model_table(strings(folders))); },
      py::arg("folders"));
  m.def(
      "read_metadata", [](const path& file) { return map_to_python(nugan::read_metadata(file)); },
      py::arg("path"));
  m.def(
      "training_events", [](const path& file) { return nugan::training_events(nugan::read_metadata(file)); },
      py::arg("path"));
  m.def(
      "read_extra",
      [](const path& file, const std::string& name) { return py::bytes(nugan::read_extra(file, name)); },
      py::arg("path"), py::arg("name"));
}
