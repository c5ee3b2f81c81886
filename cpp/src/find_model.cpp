#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <nugan/Error.hpp>
#include <nugan/find_model.hpp>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "message.hpp"

namespace nugan {

namespace {

namespace fs = std::filesystem;

// The models are installed in a fixed place relative to this shared library
fs::path installed_models() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&find_model), &info) == 0) return {};
  std::error_code ignored;
  return (fs::weakly_canonical(info.dli_fname, ignored).parent_path() / NUGAN_MODELS_FROM_LIB)
      .lexically_normal();
}

std::vector<fs::path> search_path() {
  std::vector<fs::path> folders;
  if (const char* variable = std::getenv("NUGAN_MODELS_PATH")) {
    std::istringstream list(variable);
    for (std::string folder; std::getline(list, folder, ':');)
      if (!folder.empty()) folders.emplace_back(folder);
  }
  folders.push_back(installed_models());
  return folders;
}

// A process's plain name is its flow of 100,000 events or more: _flow, and _100k before _gan or the end,
// may be left out
std::vector<std::string> spellings(const std::string& name) {
  std::vector<std::string> names{name};
  std::string shorter = name;
  if (shorter.ends_with("_flow")) names.push_back(shorter.erase(shorter.size() - 5));
  for (const std::string_view end : {"_100k", "_100k_gan"})
    if (shorter.ends_with(end)) names.push_back(std::string(shorter).erase(shorter.size() - end.size(), 5));
  return names;
}

}  // namespace

std::string find_model(const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".pt")) return name_or_path;
  for (const auto& spelling : spellings(name_or_path))
    for (const auto& folder : search_path()) {
      std::error_code ignored;
      const auto file = folder / (spelling + ".pt");
      if (fs::is_regular_file(file, ignored)) return file.string();
    }
  std::set<std::string> names;
  std::string places;
  for (const auto& folder : search_path()) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".pt") names.insert(entry.path().stem().string());
    places += (places.empty() ? "" : ", ") + folder.string();
  }
  std::string there;
  for (const auto& name : names) there += (there.empty() ? "" : ", ") + name;
  throw Error(message("no model named '", name_or_path,
                      "': ", there.empty() ? "no models at all in " + places : "there is " + there));
}

}  // namespace nugan
