#include <nugan/Rate.hpp>

#include "python_flux.hpp"
#include "register.hpp"

namespace py = pybind11;

void register_rate(py::module_& m) {
  using nugan::Rate;
  py::class_<Rate>(m, "Rate")
      .def_readonly("spectrum", &Rate::spectrum)
      .def_readonly("sigma", &Rate::sigma)
      .def_readonly("sigma_error", &Rate::sigma_error)
      .def_readonly("below", &Rate::below)
      .def_readonly("above", &Rate::above)
      .def_property_readonly("outside", &Rate::outside);
  m.attr("default_xsec_error") = nugan::default_xsec_error;
  m.def("expected_events", &nugan::expected_events, py::arg("flux"), py::arg("sigma"), py::arg("pot"),
        py::arg("mass"));
  m.def("poisson", &nugan::poisson, py::arg("mean"), py::arg("u"));
}
