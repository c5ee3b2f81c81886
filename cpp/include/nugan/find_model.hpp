#pragma once

#include <nugan/export.hpp>
#include <string>
#include <vector>

namespace nugan {

/// Path of a model's archive.
///
/// What contains a slash or ends in ".pt" is a path and comes back as it is. Other names are looked up in the
/// folders of the environment variable NUGAN_MODELS_PATH (separated by colons), then among the models
/// installed with the library.
/// @throws Error for an unknown name, with a list of the models there are
NUGAN_EXPORT std::string find_model(const std::string& name_or_path);

/// Name of the inclusive model of a probe and a nucleus (PDG numbers): `numu_C12_inc` and the like, if there
/// is one, else the only model of the two.
/// @throws Error for no model, or several of other names
NUGAN_EXPORT std::string find_model(int probe, int target);

/// Names of the models that are in those folders, sorted.
NUGAN_EXPORT std::vector<std::string> list_models();

}  // namespace nugan
