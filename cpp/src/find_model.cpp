#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nugan/Error.hpp>
#include <nugan/Target.hpp>
#include <nugan/find_model.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "TorchModel.hpp"
#include "message.hpp"

namespace nugan {

namespace {

namespace fs = std::filesystem;

// The models are installed in a fixed place relative to this shared library
fs::path installed_models() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&list_models), &info) == 0) return {};
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

std::string joined(const auto& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + std::string(part);
  return text;
}

// What a model says of itself; nothing where it cannot be read, which it will complain of when it is named
std::optional<ModelInfo> try_model(const std::string& name) try {
  return read_model_info(find_model(name));
} catch (const Error&) {
  return {};
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
  const auto there = list_models();
  throw Error(message(
      "no model named '", name_or_path,
      "': ", there.empty() ? "no models at all in " + joined(search_path()) : "there is " + joined(there)));
}

std::vector<std::string> list_models() {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& folder : search_path())
    for (const auto& entry : fs::directory_iterator(folder, ignored))
      if (entry.path().extension() == ".pt" && entry.is_regular_file(ignored))
        names.insert(entry.path().stem().string());
  return {names.begin(), names.end()};
}

std::string find_model(int probe, int target) {
  const auto has_them = [=](const ModelInfo& model) {
    return model.process.probe == probe && model.process.target == target;
  };
  const std::string usual = probe_name(probe) + "_" + nucleus_name(target) + "_inc";
  const auto names = list_models();
  // most often it is there, and the others need not be read
  if (std::ranges::binary_search(names, usual))
    if (const auto model = try_model(usual); model && has_them(*model)) return usual;
  std::vector<std::string> candidates;
  std::set<std::string> known;
  for (const auto& name : names)
    if (const auto model = try_model(name)) {
      known.insert(probe_on_nucleus(model->process.probe, model->process.target));
      if (has_them(*model)) candidates.push_back(name);
    }
  if (candidates.size() == 1) return candidates[0];
  const std::string wanted = probe_on_nucleus(probe, target);
  if (!candidates.empty())
    throw Error(message("several models of ", wanted, ": name one by --model, of ", joined(candidates)));
  throw Error(message("no model of ", wanted, "; there is: ", known.empty() ? "none" : joined(known)));
}

}  // namespace nugan
