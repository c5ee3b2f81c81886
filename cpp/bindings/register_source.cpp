#include <pybind11/stl.h>

#include <nugan/Error.hpp>
#include <nugan/Source.hpp>

#include "python_events.hpp"
#include "python_flux.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using nugan::Source;

Source make(const std::vector<const nugan::Sampler*>& samplers, const std::vector<double>& fractions,
            double low, double high, const std::optional<nugan::Flux>& flux, bool weighted,
            std::uint64_t seed, const std::optional<nugan::Beam>& beam,
            const std::vector<std::pair<int, nugan::Flux>>& flavours) {
  if (samplers.size() != fractions.size()) throw nugan::Error("source: expected a fraction for each sampler");
  std::vector<nugan::Nucleus> nuclei;
  for (std::size_t k = 0; k < samplers.size(); ++k)
    nuclei.push_back({.sampler = *samplers[k], .fraction = fractions[k]});
  nugan::Energies energies{
      .low = low, .high = high, .flux = flux, .weighted = weighted, .flavours = flavours};
  return {std::move(nuclei), std::move(energies), seed, beam.value_or(nugan::Beam{})};
}

Columns draw(Source& source, std::int64_t first, std::int64_t n) {
  nugan::Events events;
  {
    const py::gil_scoped_release others_may_run;
    events = source.draw(first, n);
  }
  return to_dict(std::move(events));
}

std::pair<double, double> outside(const Source& source) {
  const auto [below, above] = source.outside();
  return {below, above};
}

std::pair<double, double> common_range(const std::vector<const nugan::Sampler*>& samplers) {
  std::vector<nugan::Nucleus> nuclei;
  for (const auto* sampler : samplers) nuclei.push_back({.sampler = *sampler, .fraction = 1});
  const auto [low, high] = nugan::common_range(nuclei);
  return {low, high};
}

}  // namespace

void register_source(py::module_& m) {
  py::class_<Source>(m, "SourceCore")
      .def(py::init(&make), py::arg("samplers"), py::arg("fractions"), py::arg("low"), py::arg("high"),
           py::arg("flux"), py::arg("weighted"), py::arg("seed"), py::arg("beam"),
           py::arg("flavours") = py::list())
      .def("draw", &draw, py::arg("first"), py::arg("n"))
      .def("sigmas",
           [](const Source& source) {
             std::vector<std::optional<double>> sigmas;
             for (const auto& nucleus : source.nuclei()) sigmas.push_back(nucleus.sigma);
             return sigmas;
           })
      .def("shares", &Source::shares)
      .def("table",
           [](const Source& source) {
             auto [enu, sigma] = source.table();
             return std::pair(to_numpy(std::move(enu)), to_numpy(std::move(sigma)));
           })
      .def_property_readonly("sigma", &Source::sigma)
      .def_property_readonly("sigma_error", &Source::sigma_error)
      .def_property_readonly("mean_sigma", &Source::mean_sigma)
      .def_property_readonly("outside", &outside);
  m.def("common_range", &common_range, py::arg("samplers"));
}
