#include <algorithm>
#include <filesystem>
#include <nugan/Error.hpp>
#include <nugan/event_formats.hpp>

#include "../text/ascii_text.hpp"
#include "../text/joined.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "../text/split.hpp"

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
      // bytes of the columns of events
      {.name = "gst",
       .suffixes = {".root"},
       .objects = {"gst"},
       .object_class = "TTree",
       .plain_bytes = 129,
       .compressed_bytes = 32,
       .columns = true,
       .by_root = true},
      // of the leaves with four particles, TBits and the shortest EvtCode
      {.name = "rootracker",
       .suffixes = {".root"},
       .objects = {"gRooTracker", "nRooTracker"},
       .object_class = "TTree",
       .plain_bytes = 795,
       .compressed_bytes = 50,
       .replicas = false,
       .by_root = true},
      // of the text of an event of the shortest numbers
      {.name = "nuhepmc",
       .suffixes = {".hepmc3", ".hepmc3.gz", ".hepmc", ".hepmc.gz"},
       .compression = "",
       .levels = {"zlib"},
       .plain_bytes = 480,
       .compressed_bytes = 32,
       .needs_sigma = true},
      {.name = "nuisance",
       .suffixes = {".root"},
       .objects = {"FlatTree_VARS"},
       .object_class = "TTree",
       .plain_bytes = 283,
       .compressed_bytes = 40,
       .needs_sigma = true,
       .vertices = false,
       .by_root = true},
      // a bit for cc
      {.name = "rntuple",
       .suffixes = {".root"},
       .objects = {"gst"},
       .object_class = "ROOT::RNTuple",
       .plain_bytes = 128,
       .compressed_bytes = 32,
       .columns = true,
       .by_root = true},
      // equal numbers take no room
      {.name = "parquet",
       .suffixes = {".parquet"},
       .levels = {"zstd"},
       .plain = {"lz4", "snappy", "none"},
       .plain_bytes = 64,
       .compressed_bytes = 32,
       .columns = true},
      // compressed, the file has less, but not while it is written
      {.name = "npz",
       .suffixes = {".npz"},
       .compression = "none",
       .levels = {"zlib"},
       .plain_bytes = 129,
       .compressed_bytes = 129,
       .columns = true}};
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

const EventFormat& format_of(const std::string& name) {
  const auto& formats = event_formats();
  const auto format = std::ranges::find(formats, name, &EventFormat::name);
  if (format == formats.end())
    throw Error(message("format ", nugan::quoted(name), " is not one of ", format_names(false)));
  return *format;
}

void check_holds(const EventFormat& format, bool sigma, bool vertices, bool replicas) {
  if (format.needs_sigma && !sigma)
    throw Error(message(
        "format ", format.name,
        " holds a flux-averaged cross section: expected events of a flux or of one energy (nugan-sample "
        "--flux, --energy)"));
  if (!format.vertices && vertices)
    throw Error(message("--vertex, --time: the format ", format.name, " has no place for vertices"));
  if (!format.replicas && replicas)
    throw Error(message("--replicas: the format ", format.name, " has no place for weights of replicas"));
}

Compression parse_compression(const std::string& format, const std::string& text) {
  const Names &levels = format_of(format).levels, &plain = format_of(format).plain;
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), to_lower);
  const auto parts = split(lower, ':');
  const std::string &algorithm = parts.front(), &level = parts.back();
  const auto among = [&](const Names& names) { return std::ranges::find(names, algorithm) != names.end(); };
  const bool given = lower.find(':') != lower.npos;
  if (parts.size() <= 2 && among(levels)) {
    if (!given) return {algorithm, 1};
    if (level.size() == 1 && level >= "1" && level <= "9") return {algorithm, level[0] - '0'};
  }
  if (among(plain) && (!given || lower == "none:0")) return {algorithm, 0};
  throw Error(message("compression ", nugan::quoted(text), " is not one of ", joined(levels),
                      " (with :1 to :9) or ", joined(plain)));
}

double least_event_bytes(const std::string& format, const std::string& compression) {
  const auto& found = format_of(format);
  const bool plain = parse_compression(format, compression).algorithm == "none";
  return plain ? found.plain_bytes : found.compressed_bytes;
}

const EventFormat& check_format(const std::string& name, const std::string& path) {
  const auto& format = format_of(name);
  const auto allowed = formats_of_suffix(path);
  if (std::ranges::find(allowed, name) == allowed.end())
    throw Error(
        message(path, ": expected a name with ", joined(format.suffixes, " or "), " for the format ", name));
  return format;
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
