#include <pybind11/numpy.h>

#include <nugan/Error.hpp>
#include <nugan/Kinematics.hpp>

#include "python_types.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using Array = py::array_t<double, py::array::c_style | py::array::forcecast>;

py::ssize_t common_size(const Array& enu, const Array& emu, const Array& theta) {
  if (enu.ndim() != 1 || emu.ndim() != 1 || theta.ndim() != 1 || emu.size() != enu.size() ||
      theta.size() != enu.size())
    throw nugan::Error("enu, emu, theta: expected arrays of one dimension and equal length");
  return enu.size();
}

Array to_proxies(const Array& enu, const Array& emu, const Array& theta, double enu_min, double enu_max,
                 double shift) {
  const auto n = common_size(enu, emu, theta);
  const nugan::ProxyTransform transform(enu_min, enu_max, shift);
  Array result({n, py::ssize_t{3}});
  auto out = result.mutable_unchecked<2>();
  for (py::ssize_t i = 0; i < n; ++i) {
    const auto proxies = transform({enu.at(i), emu.at(i), theta.at(i)});
    out(i, 0) = proxies.enu;
    out(i, 1) = proxies.emu;
    out(i, 2) = proxies.theta;
  }
  return result;
}

Array from_proxies(const Array& proxies, double enu_min, double enu_max, double shift) {
  if (proxies.ndim() != 2 || proxies.shape(1) != 3) throw nugan::Error("proxies: expected the shape [N, 3]");
  const nugan::ProxyTransform transform(enu_min, enu_max, shift);
  Array result({proxies.shape(0), py::ssize_t{3}});
  auto out = result.mutable_unchecked<2>();
  for (py::ssize_t i = 0; i < proxies.shape(0); ++i) {
    const auto event = transform.inverse({proxies.at(i, 0), proxies.at(i, 1), proxies.at(i, 2)});
    out(i, 0) = event.enu;
    out(i, 1) = event.emu;
    out(i, 2) = event.theta;
  }
  return result;
}

Columns observables(const Array& enu, const Array& emu, const Array& theta) {
  using O = nugan::Observables;
  constexpr std::pair<const char*, double O::*> columns[] = {
      {"p", &O::p},   {"pz", &O::pz}, {"q2", &O::q2}, {"omega", &O::omega},
      {"w2", &O::w2}, {"w", &O::w},   {"x", &O::x},   {"y", &O::y}};
  const auto n = common_size(enu, emu, theta);
  Columns result;
  for (const auto& [name, member] : columns) {
    Array column(n);
    for (py::ssize_t i = 0; i < n; ++i)
      column.mutable_at(i) = nugan::observables({enu.at(i), emu.at(i), theta.at(i)}).*member;
    result[name] = column;
  }
  return result;
}

}  // namespace

void register_kinematics(py::module_& m) {
  m.def("to_proxies", &to_proxies, py::arg("enu"), py::arg("emu"), py::arg("theta"), py::arg("enu_min"),
        py::arg("enu_max"), py::arg("shift"));
  m.def("from_proxies", &from_proxies, py::arg("proxies"), py::arg("enu_min"), py::arg("enu_max"),
        py::arg("shift"));
  m.def("observables", &observables, py::arg("enu"), py::arg("emu"), py::arg("theta"));
}
