#include <algorithm>
#include <nugan/Error.hpp>
#include <nugan/formats.hpp>

#include "../message.hpp"

namespace nugan {

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      // the columns of events
      {.name = "gst",
       .suffixes = {".root"},
       .objects = {"gst"},
       .object_class = "TTree",
       .plain_bytes = 129,
       .compressed_bytes = 32,
       .columns = true,
       .by_root = true},
      // the leaves with four particles, TBits and the shortest EvtCode
      {.name = "rootracker",
       .suffixes = {".root"},
       .objects = {"gRooTracker", "nRooTracker"},
       .object_class = "TTree",
       .plain_bytes = 795,
       .compressed_bytes = 50,
       .by_root = true},
      // the text of an event of the shortest numbers
      {.name = "nuhepmc",
       .suffixes = {".hepmc3", ".hepmc3.gz", ".hepmc", ".hepmc.gz"},
       .compression = "",
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
       .plain_bytes = 64,
       .compressed_bytes = 32,
       .columns = true},
      // while they are written; compressed, the file has less
      {.name = "npz",
       .suffixes = {".npz"},
       .compression = "none",
       .plain_bytes = 129,
       .compressed_bytes = 129,
       .columns = true},
  };
  return all;
}

const Format& format_of(std::string_view name) {
  const auto found =
      std::ranges::find(formats(), name, [](const Format& format) { return std::string_view(format.name); });
  if (found != formats().end()) return *found;
  std::string names;
  for (const auto& format : formats()) names += message(names.empty() ? "" : ", ", format.name);
  throw Error(message("format '", name, "' is not one of ", names));
}

double least_event_bytes(const std::string& format, bool compressed) {
  const auto& found = format_of(format);
  return compressed ? found.compressed_bytes : found.plain_bytes;
}

}  // namespace nugan
