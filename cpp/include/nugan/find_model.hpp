#pragma once

#include <nugan/export.hpp>
#include <string>
#include <vector>

namespace nugan {

/// The model that is taken where none is named.
inline constexpr const char* default_model = "numu_C12_inc";

/// Folders with models: those of the environment variable NUGAN_MODELS_PATH (separated by colons), then some
/// more, then the one installed with the library. What is no folder is left out.
NUGAN_EXPORT std::vector<std::string> models_folders(const std::vector<std::string>& before_installed = {});

/// Path of a model's archive: of a name in those folders, or of a path, which contains a slash or ends in
/// ".pt".
///
/// The plain name of a process is its flow of 100,000 events or more: _flow, and _100k before _gan or the
/// end, may be left out.
/// @throws Error for no such file, and for an unknown name, with a list of the models there are
NUGAN_EXPORT std::string find_model(const std::string& name_or_path,
                                    const std::vector<std::string>& folders = models_folders());

/// Name of the inclusive model of a probe and a nucleus (PDG numbers): `numu_C12_inc` and the like, if there
/// is one, else the only model of the two.
/// @throws Error for no model, or several of other names
NUGAN_EXPORT std::string find_model(int probe, int target,
                                    const std::vector<std::string>& folders = models_folders());

/// Names of the models that are in those folders, sorted.
NUGAN_EXPORT std::vector<std::string> list_models(const std::vector<std::string>& folders = models_folders());

/// A line for each of them, the shortest names first, and at the end those that cannot be read.
NUGAN_EXPORT std::string model_table(const std::vector<std::string>& folders = models_folders());

}  // namespace nugan
