#pragma once

#include <nugan/export.hpp>
#include <string>

namespace nugan {

/// Path of a model's archive.
///
/// What contains a slash or ends in ".pt" is a path and comes back as it is. Other names are looked up in the
/// folders of the environment variable NUGAN_MODELS_PATH (separated by colons), then among the models
/// installed with the library.
/// @throws Error for an unknown name, with a list of the models there are
NUGAN_EXPORT std::string find_model(const std::string& name_or_path);

}  // namespace nugan
