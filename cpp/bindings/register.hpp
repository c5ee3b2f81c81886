#pragma once

#include <pybind11/pybind11.h>

void register_arguments(pybind11::module_& m);
void register_beam(pybind11::module_& m);
void register_drive(pybind11::module_& m);
void register_events(pybind11::module_& m);
void register_files(pybind11::module_& m);
void register_flux(pybind11::module_& m);
void register_kinematics(pybind11::module_& m);
void register_process(pybind11::module_& m);
void register_rate(pybind11::module_& m);
void register_models(pybind11::module_& m);
void register_options(pybind11::module_& m);
void register_run(pybind11::module_& m);
void register_random(pybind11::module_& m);
void register_sampler(pybind11::module_& m);
void register_source(pybind11::module_& m);
void register_spectrum(pybind11::module_& m);
void register_target(pybind11::module_& m);
void register_trees(pybind11::module_& m);
