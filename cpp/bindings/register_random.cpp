#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <nugan/Error.hpp>
#include <nugan/EventRandom.hpp>
#include <nugan/Philox.hpp>

#include "register.hpp"

namespace py = pybind11;

namespace {

nugan::Philox4x32::Counter philox4x32(const nugan::Philox4x32::Counter& counter,
                                      const nugan::Philox4x32::Key& key) {
  return nugan::Philox4x32(key)(counter);
}

py::array_t<float> latents(std::uint64_t seed, std::uint64_t first, py::ssize_t n, py::ssize_t size) {
  if (n < 0 || size < 0) throw nugan::Error("n, size: expected at least 0");
  py::array_t<float> result({n, size});
  const nugan::EventRandom random(seed);
  for (py::ssize_t i = 0; i < n; ++i)
    random(first + static_cast<std::uint64_t>(i),
           {result.mutable_data() + i * size, static_cast<std::size_t>(size)});
  return result;
}

py::array_t<double> uniforms(std::uint64_t seed, std::uint64_t first, py::ssize_t n) {
  if (n < 0) throw nugan::Error("n: expected at least 0");
  py::array_t<double> result({n, py::ssize_t{2}});
  auto out = result.mutable_unchecked<2>();
  const nugan::EventRandom random(seed);
  for (py::ssize_t i = 0; i < n; ++i) {
    const auto u = random(first + static_cast<std::uint64_t>(i), {});
    out(i, 0) = u.energy;
    out(i, 1) = u.azimuth;
  }
  return result;
}

}  // namespace

void register_random(py::module_& m) {
  m.def("philox4x32", &philox4x32, py::arg("counter"), py::arg("key"));
  m.def("latents", &latents, py::arg("seed"), py::arg("first"), py::arg("n"), py::arg("size"));
  m.def("uniforms", &uniforms, py::arg("seed"), py::arg("first"), py::arg("n"));
}
