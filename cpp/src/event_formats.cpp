#include <algorithm>
#include <filesystem>
#include <nugan/Error.hpp>
#include <nugan/event_formats.hpp>

#include "joined.hpp"
#include "message.hpp"
#include "quoted.hpp"

namespace nugan {

namespace {

using Names = std::vector<std::string>;

std::string suffix_of(const std::string& path) {
  const std::filesystem::path file(path);
  const auto suffix = file.extension().string();
  return suffix == ".gz" ? file.stem().extension().string() + suffix : suffix;
}

Names with_suffix(const std::string& suffix) {
  Names names;
  for (const auto& format : event_formats())
    if (std::ranges::find(format.suffixes, suffix) != format.suffixes.end()) names.push_back(format.name);
  return names;
}

}  // namespace

const std::vector<EventFormat>& event_formats() {
  static const std::vector<EventFormat> formats = {
      // name, suffixes, compression, readable, vertices, by_root
      {"gst", {".root"}, "zstd:1", true, true, true},
      {"rootracker", {".root"}, "zstd:1", true, true, true},
      {"nuhepmc", {".hepmc3", ".hepmc3.gz", ".hepmc", ".hepmc.gz"}, "", true, true, false},
      {"nuisance", {".root"}, "zstd:1", true, false, false},
      {"rntuple", {".root"}, "zstd:1", true, true, true},
      {"parquet", {".parquet"}, "zstd:1", true, true, false},
      {"npz", {".npz"}, "none", true, true, false}};
  return formats;
}

Names formats_of_suffix(const std::string& path) {
  const std::string suffix = suffix_of(path);
  if (const auto names = with_suffix(suffix); !names.empty()) return names;
  Names suffixes, known;
  for (const auto& format : event_formats())
    for (const auto& one : format.suffixes)
      if (std::ranges::find(suffixes, one) == suffixes.end()) suffixes.push_back(one);
  for (const auto& one : suffixes) known.push_back(message(one, " (", joined(with_suffix(one)), ")"));
  throw Error(
      message(path, ": unknown suffix ", nugan::quoted(suffix), ", expected one of ", joined(known, "; ")));
}

const EventFormat& check_format(const std::string& name, const std::string& path) {
  const auto& formats = event_formats();
  const auto format = std::ranges::find(formats, name, &EventFormat::name);
  if (format == formats.end())
    throw Error(message("format ", nugan::quoted(name), " is not one of ", format_names(false)));
  const auto allowed = formats_of_suffix(path);
  if (std::ranges::find(allowed, name) == allowed.end())
    throw Error(
        message(path, ": expected a name with ", joined(format->suffixes, " or "), " for the format ", name));
  return *format;
}

std::string usual_compression(const EventFormat& format, const std::string& path) {
  if (!format.compression.empty()) return format.compression;
  return path.ends_with(".gz") ? "zlib:1" : "none";
}

std::string format_names(bool by_root) {
  Names names;
  for (const auto& format : event_formats())
    if (format.by_root || !by_root) names.push_back(format.name);
  return joined(names);
}

}  // namespace nugan
