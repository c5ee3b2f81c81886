#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <map>
#include <nugan/Error.hpp>
#include <nugan/Kinematics.hpp>
#include <nugan/imbalance.hpp>
#include <string>

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
                 double shift, double mass) {
  const auto n = common_size(enu, emu, theta);
  const nugan::ProxyTransform transform(enu_min, enu_max, shift, mass);
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

Array from_proxies(const Array& proxies, double enu_min, double enu_max, double shift, double mass) {
  if (proxies.ndim() != 2 || proxies.shape(1) != 3) throw nugan::Error("proxies: expected the shape [N, 3]");
  const nugan::ProxyTransform transform(enu_min, enu_max, shift, mass);
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

Vectorized<double> momentum(const Array& emu, const Array& mass) {
  return py::vectorize(&nugan::lepton_momentum)(emu, mass);
}

Vectorized<double> hadronic_mass(const Array& w2) {
  return py::vectorize(&nugan::hadronic_mass)(w2);
}

template <auto Function>
Vectorized<double> each(const Array& enu, const Array& emu, const Array& theta, const Array& mass) {
  const auto one = [](double enu, double emu, double theta, double mass) {
    return Function({enu, emu, theta}, mass);
  };
  return py::vectorize(one)(enu, emu, theta, mass);
}

// [N, 3]
Array smooth_coordinates(const Array& w2, const Array& q2, const Array& enu) {
  const auto n = enu.size();
  if (w2.ndim() != 1 || q2.ndim() != 1 || enu.ndim() != 1 || w2.size() != n || q2.size() != n)
    throw nugan::Error("w2, q2, enu: expected arrays of one dimension and equal length");
  Array result({n, py::ssize_t{3}});
  auto out = result.mutable_unchecked<2>();
  for (py::ssize_t i = 0; i < n; ++i) {
    const auto at = nugan::smooth_coordinates(w2.at(i), q2.at(i), enu.at(i));
    for (py::ssize_t d = 0; d < 3; ++d) out(i, d) = at[static_cast<std::size_t>(d)];
  }
  return result;
}

// Columns enu, emu, theta [N, 3] of coordinates [N, 3]
Array at_smooth_coordinates(const Array& at, double mass) {
  if (at.ndim() != 2 || at.shape(1) != 3) throw nugan::Error("coordinates: expected the shape [N, 3]");
  Array result({at.shape(0), py::ssize_t{3}});
  auto out = result.mutable_unchecked<2>();
  for (py::ssize_t i = 0; i < at.shape(0); ++i) {
    const auto event = nugan::at_smooth_coordinates({at.at(i, 0), at.at(i, 1), at.at(i, 2)}, mass);
    out(i, 0) = event.enu;
    out(i, 1) = event.emu;
    out(i, 2) = event.theta;
  }
  return result;
}

nugan::FourMomentum row(const Array& p, py::ssize_t i) {
  return {p.at(i, 0), p.at(i, 1), p.at(i, 2), p.at(i, 3)};
}

// By name, [N] each
std::map<std::string, Array> imbalance(const Array& lepton, const Array& proton, const Array& target,
                                       const Array& left) {
  const auto n = target.size();
  for (const Array* p : {&lepton, &proton})
    if (p->ndim() != 2 || p->shape(0) != n || p->shape(1) != 4)
      throw nugan::Error("lepton, proton: expected the shape [N, 4]");
  if (target.ndim() != 1 || left.ndim() != 1 || left.size() != n)
    throw nugan::Error("target, left: expected the shape [N]");
  Array dpt(n), dphit(n), dalphat(n), pn(n);
  for (py::ssize_t i = 0; i < n; ++i) {
    const auto found = nugan::imbalance(row(lepton, i), row(proton, i), {.z = 1}, target.at(i), left.at(i));
    dpt.mutable_at(i) = found.dpt;
    dphit.mutable_at(i) = found.dphit;
    dalphat.mutable_at(i) = found.dalphat;
    pn.mutable_at(i) = found.pn;
  }
  return {{"dpt", dpt}, {"dphit", dphit}, {"dalphat", dalphat}, {"pn", pn}};
}

}  // namespace

void register_kinematics(py::module_& m) {
  m.def("to_proxies", &to_proxies, py::arg("enu"), py::arg("emu"), py::arg("theta"), py::arg("enu_min"),
        py::arg("enu_max"), py::arg("shift"), py::arg("mass"));
  m.def("from_proxies", &from_proxies, py::arg("proxies"), py::arg("enu_min"), py::arg("enu_max"),
        py::arg("shift"), py::arg("mass"));
  m.def("lepton_momentum", &momentum, py::arg("emu"), py::arg("mass"));
  m.def("hadronic_mass", &hadronic_mass, py::arg("w2"));
  const auto of_events = [&](const char* name, auto function) {
    m.def(name, function, py::arg("enu"), py::arg("emu"), py::arg("theta"), py::arg("mass"));
  };
  of_events("q2", &each<nugan::momentum_transfer_squared>);
  of_events("w2", &each<nugan::hadronic_mass_squared>);
  of_events("bjorken_x", &each<nugan::bjorken_x>);
  m.def("smooth_coordinates", &smooth_coordinates, py::arg("w2"), py::arg("q2"), py::arg("enu"));
  m.def("at_smooth_coordinates", &at_smooth_coordinates, py::arg("coordinates"), py::arg("mass"));
  m.def("imbalance", &imbalance, py::arg("lepton"), py::arg("proton"), py::arg("target"), py::arg("left"));
}
