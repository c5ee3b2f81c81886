#pragma once

#include <memory>

#include "../stages/Stage.hpp"

namespace nugan {

class Generator;

/// The hadrons, from the networks of a model: `mode` and the particles of events whose lepton is there.
/// Nothing where the archive has no hadrons.
/// @param generator  must outlive the stage
/// @throws Error for networks that do not fit each other or the lepton's
std::unique_ptr<const Stage> make_hadron_stage(const Generator& generator, int threads);

}  // namespace nugan
