#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nugan/Error.hpp>
#include <nugan/Target.hpp>
#include <nugan/find_model.hpp>
#include <nugan/model_archive.hpp>
#include <set>
#include <string_view>

#include "../text/joined.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "../text/split.hpp"

namespace nugan {

namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

// The models are installed in a fixed place relative to this shared library
fs::path installed_models() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&models_folders), &info) == 0) return {};
  std::error_code ignored;
  return (fs::weakly_canonical(info.dli_fname, ignored).parent_path() / NUGAN_MODELS_FROM_LIB)
      .lexically_normal();
}

Names spellings(const std::string& name) {
  Names names{name};
  std::string shorter = name;
  if (shorter.ends_with("_flow")) names.push_back(shorter.erase(shorter.size() - 5));
  for (const std::string_view end : {"_100k", "_100k_gan"})
    if (shorter.ends_with(end)) names.push_back(std::string(shorter).erase(shorter.size() - end.size(), 5));
  return names;
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

}  // namespace

Names models_folders(const Names& before_installed) {
  const char* variable = std::getenv("NUGAN_MODELS_PATH");
  Names all = split(variable ? variable : "", ':'), folders;
  all.insert(all.end(), before_installed.begin(), before_installed.end());
  all.push_back(installed_models().string());
  std::error_code ignored;
  for (const auto& folder : all)
    if (std::ranges::find(folders, folder) == folders.end() && fs::is_directory(folder, ignored))
      folders.push_back(folder);
  return folders;
}

std::string find_model(const std::string& name_or_path, const Names& folders) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".pt")) {
    if (!is_file(name_or_path)) throw Error(message("no model file ", name_or_path));
    return name_or_path;
  }
  for (const auto& spelling : spellings(name_or_path))
    for (const auto& folder : folders)
      if (const auto file = fs::path(folder) / (spelling + ".pt"); is_file(file)) return file.string();
  auto there = list_models(folders);
  std::ranges::transform(there, there.begin(), shown);
  throw Error(message("no model ", nugan::quoted(name_or_path), "; there is: ",
                      !there.empty()    ? joined(there)
                      : folders.empty() ? "none"
                                        : "none in " + joined(folders)));
}

Names list_models(const Names& folders) {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& folder : folders)
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".pt" && entry.is_regular_file(ignored))
        names.insert(entry.path().stem().string());
  return {names.begin(), names.end()};
}

std::string find_model(int probe, int target, const Names& folders) {
  std::string usual = probe_name(probe) + "_" + nucleus_name(target) + "_inc";
  Names candidates;
  std::set<std::string> known;
  for (const auto& name : list_models(folders)) {
    try {
      const auto process = process_of(read_metadata(find_model(name, folders)));
      known.insert(probe_on_nucleus(process.probe, process.target));
      if (process.probe == probe && process.target == target) candidates.push_back(name);
    } catch (const Error&) {
      // it will complain when it is named itself
    }
  }
  if (std::ranges::find(candidates, usual) != candidates.end()) return usual;
  if (candidates.size() == 1) return candidates[0];
  const std::string process = probe_on_nucleus(probe, target);
  if (!candidates.empty())
    throw Error(message("several models of ", process, ": name one by --model, of ", joined(candidates)));
  const int other = (probe > 0 ? 1 : -1) * (std::abs(probe) == 12 ? 14 : 12);
  const bool derivable = std::abs(probe) <= 14 && known.contains(probe_on_nucleus(other, target));
  throw Error(
      message("no model of ", process, "; there is: ", known.empty() ? "none" : joined(known),
              derivable ? "; python -m nugan_hep.derive makes one of " + probe_name(other) + "'s" : ""));
}

}  // namespace nugan
