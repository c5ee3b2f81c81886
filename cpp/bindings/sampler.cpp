#include "register.hpp"

PYBIND11_MODULE(_sampler, m) {
  m.doc() = "C++ sampler of nugan_hep, on LibTorch; nugan_hep.Sampler is its face for users.";
  pybind11::module_::import("nugan_hep._core");  // its errors and its spectra
  register_sampler(m);
  register_source(m);
  register_drive(m);
}
