#include <pybind11/numpy.h>

#include <nugan/EnergySpectrum.hpp>
#include <nugan/Error.hpp>
#include <nugan/cross_section_at.hpp>

#include "python_types.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using Array = py::array_t<double, py::array::c_style | py::array::forcecast>;

std::span<const double> span(const Array& array, const char* name) {
  if (array.ndim() != 1) throw nugan::Error(std::string(name) + ": expected an array of one dimension");
  return {array.data(), static_cast<std::size_t>(array.size())};
}

Vectorized<double> cross_sections(const Array& enu, const Array& sigma, const Array& at) {
  const auto energies = span(enu, "enu"), values = span(sigma, "sigma");
  return py::vectorize([&](double one) { return nugan::cross_section_at(energies, values, one); })(at);
}

template <auto Method>
Vectorized<double> each(const nugan::EnergySpectrum& spectrum, const Array& at) {
  return py::vectorize([&](double one) { return (spectrum.*Method)(one); })(at);
}

}  // namespace

void register_spectrum(py::module_& m) {
  using nugan::EnergySpectrum;
  py::class_<EnergySpectrum>(m, "EnergySpectrum")
      .def(py::init([](const Array& enu, const Array& left, const Array& right) {
             return EnergySpectrum(span(enu, "enu"), span(left, "left"), span(right, "right"));
           }),
           py::arg("enu"), py::arg("left"), py::arg("right"))
      .def("quantile", &each<&EnergySpectrum::quantile>, py::arg("u"))
      .def("density", &each<&EnergySpectrum::density>, py::arg("enu"))
      .def_property_readonly("integral", &EnergySpectrum::integral)
      .def_property_readonly("low", &EnergySpectrum::low)
      .def_property_readonly("high", &EnergySpectrum::high);
  m.def("cross_section_at", &cross_sections, py::arg("enu"), py::arg("sigma"), py::arg("at"));
}
