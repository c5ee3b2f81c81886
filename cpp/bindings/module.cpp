#include <nugan/Error.hpp>

#include "register.hpp"

PYBIND11_MODULE(_core, m) {
  m.doc() = "C++ core of nugan_hep; nugan_hep.Sampler is its face for users.";
  pybind11::register_exception<nugan::Error>(m, "Error", PyExc_RuntimeError);
  register_kinematics(m);
  register_random(m);
  register_sampler(m);
  register_spectrum(m);
}
