#pragma once

#include <pybind11/numpy.h>

#include <nugan/Flux.hpp>

/// The flux of a nugan_hep.flux.Flux.
inline nugan::Flux flux_from_python(const pybind11::handle& flux) {
  const auto vector = [&](const char* name) {
    const auto values = pybind11::array_t<double, pybind11::array::c_style | pybind11::array::forcecast>(
        flux.attr(name).cast<pybind11::array>());
    return std::vector<double>(values.data(), values.data() + values.size());
  };
  const auto text = [&](const char* name) {
    return pybind11::str(flux.attr(name)).attr("encode")("utf-8", "surrogateescape").cast<std::string>();
  };
  return {.edges = vector("edges"),
          .density = vector("density"),
          .unit = text("unit"),
          .name = text("name"),
          .contents = text("contents")};
}
