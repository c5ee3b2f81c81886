#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <nugan/Error.hpp>
#include <nugan/Rate.hpp>
#include <nugan/Sampler.hpp>

#include "fused/multiply_add_rate.hpp"
#include "python_events.hpp"
#include "python_flux.hpp"
#include "register.hpp"
#include "sampler/copy_device_latents.hpp"

namespace py = pybind11;

namespace {

using Energies = py::array_t<double, py::array::c_style | py::array::forcecast>;

std::unique_ptr<nugan::Sampler> open(const std::string& path, const std::string& device, int threads,
                                     const std::string& backend, bool lepton_only) {
  return std::make_unique<nugan::Sampler>(
      path, nugan::Sampler::Config{
                .device = device, .threads = threads, .backend = backend, .lepton_only = lepton_only});
}

Columns sample_uniform(const nugan::Sampler& sampler, double low, double high, std::int64_t n,
                       std::uint64_t seed, std::int64_t first) {
  nugan::Events events;
  {
    const py::gil_scoped_release others_may_run;
    events = sampler.sample({.enu_low = low, .enu_high = high}, n, seed, first);
  }
  return to_dict(std::move(events));
}

Columns sample_spectrum(const nugan::Sampler& sampler, const nugan::EnergySpectrum& spectrum, std::int64_t n,
                        std::uint64_t seed, std::int64_t first) {
  nugan::Events events;
  {
    const py::gil_scoped_release others_may_run;
    events = sampler.sample(spectrum, n, seed, first);
  }
  return to_dict(std::move(events));
}

Columns sample_at(const nugan::Sampler& sampler, const Energies& enu, std::uint64_t seed,
                  std::int64_t first) {
  if (enu.ndim() != 1) throw nugan::Error("enu: expected an array of one dimension");
  const std::span<const double> energies(enu.data(), static_cast<std::size_t>(enu.size()));
  nugan::Events events;
  {
    const py::gil_scoped_release others_may_run;
    events = sampler.sample_at(energies, seed, first);
  }
  return to_dict(std::move(events));
}

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

py::array_t<float> generate(const nugan::Sampler& sampler, const Floats& latent, const Floats& enu) {
  const auto size = static_cast<py::ssize_t>(sampler.model().latent_size);
  if (latent.ndim() != 2 || enu.ndim() != 1 || latent.shape(0) != enu.size() || latent.shape(1) != size)
    throw nugan::Error("latent, enu: expected the shapes [N, " + std::to_string(size) + "] and [N]");
  const std::span<const float> latents(latent.data(), static_cast<std::size_t>(latent.size()));
  const std::span<const float> energies(enu.data(), static_cast<std::size_t>(enu.size()));
  std::vector<float> muons;
  {
    const py::gil_scoped_release others_may_run;
    muons = sampler.generate(latents, energies);
  }
  return to_numpy(std::move(muons)).reshape({enu.size(), py::ssize_t{2}});
}

// for the comparison of devices: the latents that a device draws for itself
py::array_t<float> latents_on(const std::string& device, std::uint64_t seed, std::int64_t first,
                              std::int64_t n, std::int64_t size) {
  if (n < 0 || size < 1) throw nugan::Error("n, size: expected at least 0 and 1");
  py::array_t<float> result({static_cast<py::ssize_t>(n), static_cast<py::ssize_t>(size)});
  nugan::copy_device_latents(device, seed, first, n, size, result.mutable_data());
  return result;
}

nugan::Rate flux_rate(const nugan::Flux& flux, const nugan::Sampler& sampler, double low, double high) {
  return nugan::flux_rate(flux, sampler.model(), low, high);
}

template <auto Member>
auto model_property() {
  return [](const nugan::Sampler& sampler) { return sampler.model().*Member; };
}

template <auto Member>
auto model_table() {
  return [](const nugan::Sampler& sampler) { return to_numpy(std::vector(sampler.model().*Member)); };
}

}  // namespace

void register_sampler(py::module_& m) {
  using nugan::ModelInfo;
  py::class_<nugan::Sampler>(m, "SamplerCore")
      .def(py::init(&open), py::arg("path"), py::arg("device") = "cpu", py::arg("threads") = 0,
           py::arg("backend") = "auto", py::arg("lepton_only") = false)
      .def_property_readonly("name", model_property<&ModelInfo::name>())
      .def_property_readonly("process", model_property<&ModelInfo::process>())
      .def_property_readonly("probe", [](const nugan::Sampler& s) { return s.model().process.probe; })
      .def_property_readonly("target", [](const nugan::Sampler& s) { return s.model().process.target; })
      .def_property_readonly("interaction", model_property<&ModelInfo::interaction>())
      .def_property_readonly("latent_size", model_property<&ModelInfo::latent_size>())
      .def_property_readonly("enu_min", model_property<&ModelInfo::enu_min>())
      .def_property_readonly("enu_max", model_property<&ModelInfo::enu_max>())
      .def_property_readonly("shift", model_property<&ModelInfo::shift>())
      .def_property_readonly("sha256", model_property<&ModelInfo::sha256>())
      .def_property_readonly("metadata", model_property<&ModelInfo::metadata>())
      .def_property_readonly("xsec_enu", model_table<&ModelInfo::xsec_enu>())
      .def_property_readonly("xsec", model_table<&ModelInfo::xsec>())
      .def_property_readonly("xsec_relative_error", model_property<&ModelInfo::xsec_relative_error>())
      .def_property_readonly("device", &nugan::Sampler::device)
      .def_property_readonly("threads", &nugan::Sampler::threads)
      .def_property_readonly("backend", &nugan::Sampler::backend)
      .def_property_readonly("hadrons", &nugan::Sampler::hadrons)
      .def("with_replicas", &nugan::Sampler::with_replicas, py::arg("count"))
      .def_property_readonly("replicas",
                             [](const nugan::Sampler& s) {
                               std::vector<std::pair<std::string, std::string>> found;
                               for (const auto& [name, kind] : s.replicas()) found.emplace_back(name, kind);
                               return found;
                             })
      .def("sample_uniform", &sample_uniform, py::arg("enu_low"), py::arg("enu_high"), py::arg("n"),
           py::arg("seed"), py::arg("first") = 0)
      .def("sample_spectrum", &sample_spectrum, py::arg("spectrum"), py::arg("n"), py::arg("seed"),
           py::arg("first") = 0)
      .def("sample_at", &sample_at, py::arg("enu"), py::arg("seed"), py::arg("first") = 0)
      .def("generate", &generate, py::arg("latent"), py::arg("enu"));
  m.def("latents_on", &latents_on, py::arg("device"), py::arg("seed"), py::arg("first"), py::arg("n"),
        py::arg("size"));
  m.def("flux_rate", &flux_rate, py::arg("flux"), py::arg("sampler"), py::arg("low"), py::arg("high"));
  m.def("multiply_add_rate", &nugan::multiply_add_rate);
  m.def("simd_names", &nugan::simd_names);
}
