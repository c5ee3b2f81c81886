#pragma once

/// The whole library in one header.
#include <nugan/Constants.hpp>
#include <nugan/EnergySpectrum.hpp>
#include <nugan/Error.hpp>
#include <nugan/EventRandom.hpp>
#include <nugan/Events.hpp>
#include <nugan/Kinematics.hpp>
#include <nugan/ModelInfo.hpp>
#include <nugan/Sampler.hpp>
#include <nugan/find_model.hpp>
