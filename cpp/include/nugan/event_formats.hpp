#pragma once

#include <nugan/export.hpp>
#include <string>
#include <vector>

namespace nugan {

/// A format of event files.
struct EventFormat {
  std::string name;
  std::vector<std::string> suffixes;  ///< of its files, the usual one first
  std::string compression;            ///< the usual one; empty where the suffix says it
  bool readable;                      ///< by nugan-convert
  bool vertices;                      ///< whether it has a place for vertices and times
  bool by_root;                       ///< whether nugan-gen writes it, through ROOT
};

/// All formats, the usual one first.
NUGAN_EXPORT const std::vector<EventFormat>& event_formats();

/// The formats that a file's name allows, at least one.
/// @throws Error where no format has this suffix; lists those that there are
NUGAN_EXPORT std::vector<std::string> formats_of_suffix(const std::string& path);

/// The format of a name, for a file with one of its suffixes.
/// @throws Error for an unknown format, or a suffix of none or of another
NUGAN_EXPORT const EventFormat& check_format(const std::string& name, const std::string& path);

/// The compression of a file that nothing else is said of.
NUGAN_EXPORT std::string usual_compression(const EventFormat& format, const std::string& path);

/// The names of the formats, or of those that nugan-gen writes, for messages.
NUGAN_EXPORT std::string format_names(bool by_root);

}  // namespace nugan
