#pragma once

#include <memory>
#include <vector>

#include "Stage.hpp"

namespace nugan {

class Generator;

/// What a model fills in after the energies, in order: the lepton, then what else its archive has.
/// @param generator    must outlive the stages
/// @param lepton_only  leave out all but the lepton
/// @throws Error for an archive whose parts do not fit each other
std::vector<std::unique_ptr<const Stage>> model_stages(const Generator& generator, int threads,
                                                       bool lepton_only);

}  // namespace nugan
