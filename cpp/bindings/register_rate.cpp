#include <pybind11/stl.h>
#include <pybind11/typing.h>

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
      .def_property_readonly("outside", &Rate::outside)
      .def_property_readonly("channels", [](const Rate& rate) {
        py::typing::Dict<py::str, std::pair<double, double>> parts;
        for (const auto& [channel, sigma, error] : rate.channels)
          parts[nugan::name_of(channel).letters] = std::pair(sigma, error);
        return parts;
      });
  std::vector<std::string> letters;
  for (int mode = 1; mode < nugan::mode_count; ++mode)
    letters.emplace_back(nugan::name_of(static_cast<nugan::Mode>(mode)).letters);
  m.attr("channel_letters") = py::tuple(py::cast(letters));
  m.attr("default_xsec_error") = nugan::default_xsec_error;
  m.def("expected_events", &nugan::expected_events, py::arg("flux"), py::arg("sigma"), py::arg("pot"),
        py::arg("mass"));
  m.def("poisson", &nugan::poisson, py::arg("mean"), py::arg("u"));
}
