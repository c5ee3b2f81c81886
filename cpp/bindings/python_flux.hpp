#pragma once

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <nugan/Flux.hpp>

#include "python_value.hpp"

/// The flux of a nugan_hep.flux.Flux.
inline nugan::Flux flux_from_python(const pybind11::handle& flux) {
  const auto vector = [&](const char* name) {
    const auto values = pybind11::array_t<double, pybind11::array::c_style | pybind11::array::forcecast>(
        flux.attr(name).cast<pybind11::array>());
    return std::vector<double>(values.data(), values.data() + values.size());
  };
  const auto text = [&](const char* name) { return text_from_python(flux.attr(name)); };
  const pybind11::object named_for = flux.attr("named_for");
  return {.edges = vector("edges"),
          .density = vector("density"),
          .unit = text("unit"),
          .name = text("name"),
          .contents = text("contents"),
          .named_for = named_for.is_none() ? 0 : named_for.cast<int>(),
          .reading = text("reading")};
}

/// The nugan_hep.flux.Flux of a flux.
inline pybind11::object flux_to_python(const nugan::Flux& flux) {
  const auto array = [](const std::vector<double>& values) {
    return pybind11::array_t<double>(static_cast<pybind11::ssize_t>(values.size()), values.data());
  };
  const auto named_for =
      flux.named_for ? pybind11::object(pybind11::int_(flux.named_for)) : pybind11::object(pybind11::none());
  return pybind11::module_::import("nugan_hep.flux")
      .attr("Flux")(array(flux.edges), array(flux.density), flux.unit, flux.name, flux.contents, named_for,
                    flux.reading);
}

/// Functions take and return nugan_hep.flux.Flux where they have a nugan::Flux.
template <>
struct pybind11::detail::type_caster<nugan::Flux> {
  PYBIND11_TYPE_CASTER(nugan::Flux, const_name("nugan_hep.flux.Flux"));

  bool load(handle flux, bool) {
    if (!hasattr(flux, "edges") || !hasattr(flux, "density")) return false;
    value = flux_from_python(flux);
    return true;
  }

  static handle cast(const nugan::Flux& flux, return_value_policy, handle) {
    return flux_to_python(flux).release();
  }
};
