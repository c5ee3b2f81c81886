#include <pybind11/stl.h>

#include <nugan/Process.hpp>
#include <nugan/nuclear_mass.hpp>

#include "register.hpp"

namespace py = pybind11;

void register_process(py::module_& m) {
  using nugan::Mode, nugan::Process;
  py::class_<Process>(m, "Process")
      .def(py::init(&nugan::process_of), py::arg("probe"), py::arg("target"), py::arg("interaction") = "",
           py::arg("current") = py::none(), py::arg("channel") = py::none())
      .def_readonly("probe", &Process::probe)
      .def_readonly("target", &Process::target)
      .def_property_readonly("current", &Process::current_name)
      .def_property_readonly("channel", [](const Process& p) { return nugan::name_of(p.channel).word; })
      .def_property_readonly("mode", [](const Process& p) { return static_cast<int>(p.channel); })
      .def_property_readonly("name", &Process::name)
      .def_property_readonly("lepton", &Process::lepton)
      .def_property_readonly("lepton_mass", &Process::lepton_mass)
      .def(
          "nuhepmc", [](const Process& p, int mode) { return p.nuhepmc(static_cast<Mode>(mode)); },
          py::arg("mode"))
      .def(
          "neut", [](const Process& p, int mode) { return p.neut(static_cast<Mode>(mode)); }, py::arg("mode"))
      .def("__repr__", [](const Process& p) {
        return "Process(" + std::to_string(p.probe) + ", " + std::to_string(p.target) + ", '" + p.name() +
               "')";
      });
  py::list modes;
  for (int mode = 0; mode < nugan::mode_count; ++mode) {
    const auto& name = nugan::name_of(static_cast<Mode>(mode));
    modes.append(py::make_tuple(name.word, name.description, name.genie));
  }
  m.attr("modes") = modes;
  m.def("is_neutrino", &nugan::is_neutrino, py::arg("pdg"));
  m.def("lepton_mass", &nugan::lepton_mass, py::arg("pdg"));
  m.def("nuclear_mass", &nugan::nuclear_mass, py::arg("pdg"));
  m.def("remnant_code", &nugan::remnant_code, py::arg("protons"), py::arg("nucleons"));
  m.attr("MUON_MASS") = nugan::muon_mass;
  m.attr("PROTON_MASS") = nugan::proton_mass;
  m.attr("NEUTRON_MASS") = nugan::neutron_mass;
  m.attr("NUCLEON_MASS") = nugan::nucleon_mass;
  m.attr("W_UNDEFINED") = nugan::undefined_w;
  m.attr("PROTON") = nugan::proton;
  m.attr("HYDROGEN") = nugan::hydrogen;
}
