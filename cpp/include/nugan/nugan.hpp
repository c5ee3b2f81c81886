#pragma once

/// The whole library in one header.
#include <nugan/Beam.hpp>
#include <nugan/Constants.hpp>
#include <nugan/Energies.hpp>
#include <nugan/EnergySpectrum.hpp>
#include <nugan/Error.hpp>
#include <nugan/EventLoop.hpp>
#include <nugan/EventRandom.hpp>
#include <nugan/Events.hpp>
#include <nugan/Flux.hpp>
#include <nugan/FluxUnit.hpp>
#include <nugan/Kinematics.hpp>
#include <nugan/ModelInfo.hpp>
#include <nugan/Rate.hpp>
#include <nugan/Run.hpp>
#include <nugan/Sampler.hpp>
#include <nugan/Source.hpp>
#include <nugan/Target.hpp>
#include <nugan/Value.hpp>
#include <nugan/cross_section_at.hpp>
#include <nugan/event_files.hpp>
#include <nugan/find_model.hpp>
#include <nugan/read_flux.hpp>
#include <nugan/run_of.hpp>
