#include <pybind11/stl.h>

#include <nugan/find_model.hpp>
#include <nugan/model_archive.hpp>

#include "python_value.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using Folders = std::vector<std::string>;

py::list texts(const std::vector<std::string>& all) {
  py::list list;
  for (const auto& one : all) list.append(text_to_python(one));
  return list;
}

}  // namespace

void register_models(py::module_& m) {
  m.attr("default_model") = nugan::default_model;
  m.attr("archive_format_version") = nugan::archive_format_version;
  m.attr("metadata_file") = nugan::metadata_file;
  m.def(
      "models_folders", [](const Folders& more) { return texts(nugan::models_folders(more)); },
      py::arg("before_installed"));
  m.def(
      "find_model",
      [](const std::string& name, const Folders& folders) {
        return text_to_python(nugan::find_model(name, folders));
      },
      py::arg("name_or_path"), py::arg("folders"));
  m.def(
      "find_model",
      [](int probe, int target, const Folders& folders) {
        return text_to_python(nugan::find_model(probe, target, folders));
      },
      py::arg("probe"), py::arg("target"), py::arg("folders"));
  m.def(
      "list_models", [](const Folders& folders) { return texts(nugan::list_models(folders)); },
      py::arg("folders"));
  m.def(
      "model_table", [](const Folders& folders) { return text_to_python(nugan::model_table(folders)); },
      py::arg("folders"));
  m.def(
      "read_metadata", [](const std::string& path) { return to_python(nugan::read_metadata(path)); },
      py::arg("path"));
  m.def(
      "training_events",
      [](const std::string& path) { return nugan::training_events(nugan::read_metadata(path)); },
      py::arg("path"));
  m.def(
      "read_extra",
      [](const std::string& path, const std::string& name) {
        return py::bytes(nugan::read_extra(path, name));
      },
      py::arg("path"), py::arg("name"));
}
