#include <pybind11/functional.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <nugan/drive.hpp>

#include "python_events.hpp"
#include "python_flux.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using nugan::Opened;
using nugan::Options;

using Write = std::function<void(const Columns&)>;
using Stopped = std::function<bool()>;

Opened open_source(const Options& options, const std::vector<std::filesystem::path>& folders,
                   const std::function<nugan::Flux(std::string, int)>& read) {
  return nugan::open_source(options, {folders.begin(), folders.end()},
                            [&](const Options& own, int probe) { return read(own.flux, probe); });
}

// Signals are Python's: they are looked at while a chunk is drawn, too
std::int64_t draw_chunks(Opened& opened, const Options& options, const Write& write, const Stopped& stopped) {
  const py::gil_scoped_release drawing;
  return nugan::draw_chunks(
      opened, options,
      [&](nugan::Events&& events) {
        const py::gil_scoped_acquire writing;
        write(to_dict(std::move(events)));
      },
      [&] {
        const py::gil_scoped_acquire asking;
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        return stopped();
      });
}

}  // namespace

void register_drive(py::module_& m) {
  py::class_<Opened>(m, "Opened")
      .def_property_readonly(
          "run", [](Opened& opened) -> nugan::Run& { return opened.run; },
          py::return_value_policy::reference_internal)
      .def_readonly("warning", &Opened::warning)
      .def("draw_chunks", &draw_chunks, py::arg("options"), py::arg("write"), py::arg("stopped"));
  m.def("open_source", &open_source, py::arg("options"), py::arg("folders"), py::arg("read"));
}
