#pragma once

#include <nugan/export.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace nugan {

/// A format of event files: what its files are called, what they hold and need, how they are recognised.
struct Format {
  const char* name;                    ///< in options
  std::vector<const char*> suffixes;   ///< of its files, the first being usual
  std::vector<const char*> objects{};  ///< in a ROOT file, the names of what holds the events
  const char* object_class = "";       ///< and its class
  const char* compression = "zstd:1";  ///< the usual one; empty where the suffix says it
  double plain_bytes = 0;              ///< that an event takes at least, not compressed
  double compressed_bytes = 0;         ///< the same compressed: random mantissas do not compress
  bool columns = false;                ///< a table of the columns of events, of which a reader can choose
  bool needs_sigma = false;            ///< holds a flux-averaged cross section
  bool vertices = true;                ///< has a place for them
  bool by_root = false;                ///< the component root writes it, too
};

/// All formats.
NUGAN_EXPORT const std::vector<Format>& formats();

/// A format by its name. @throws Error for another one
NUGAN_EXPORT const Format& format_of(std::string_view name);

/// A lower bound of the bytes that an event takes in a file of a format.
/// @throws Error for another format
NUGAN_EXPORT double least_event_bytes(const std::string& format, bool compressed);

}  // namespace nugan
