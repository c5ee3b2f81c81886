#include <nugan/Error.hpp>
#include <nugan/FluxUnit.hpp>

#include "python_value.hpp"
#include "register.hpp"

namespace py = pybind11;

PYBIND11_MODULE(_core, m) {
  m.doc() = "C++ core of nugan_hep without LibTorch: fluxes, kinematics, random numbers, spectra.";
  // an error of the core is the user's, in both modules
  const auto errors = py::module_::import("nugan_hep.errors");
  static const py::handle user_error = py::object(errors.attr("UserError")).release();
  static const py::handle no_unit = py::object(errors.attr("NoUnitError")).release();
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const nugan::NoUnitError& caught) {
      py::set_error(no_unit, text_to_python(caught.what()));
    } catch (const nugan::Error& caught) {
      py::set_error(user_error, text_to_python(caught.what()));
    }
  });
  m.attr("TORCH_VERSION") = NUGAN_TORCH_VERSION;  // that _sampler was linked to
  register_arguments(m);
  register_beam(m);
  register_events(m);
  register_files(m);
  register_flux(m);
  register_kinematics(m);
  register_models(m);
  register_options(m);
  register_random(m);
  register_spectrum(m);
  register_process(m);
  register_rate(m);
  register_run(m);
  register_target(m);
  register_trees(m);
}
