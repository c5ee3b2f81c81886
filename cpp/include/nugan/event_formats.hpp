#pragma once

#include <nugan/export.hpp>
#include <string>
#include <vector>

namespace nugan {

/// A format of event files: what they are called, hold and need, and how they are recognised.
struct EventFormat {
  std::string name;
  std::vector<std::string> suffixes;   ///< of its files, the usual one first
  std::vector<std::string> objects{};  ///< in a ROOT file, the names that what holds the events may have
  std::string object_class{};          ///< and its class
  std::string compression = "zstd:1";  ///< the usual one; empty where the suffix says it
  std::vector<std::string> levels = {"zstd", "lz4", "zlib"};  ///< compressions with levels
  std::vector<std::string> plain = {"none"};                  ///< and those without
  double plain_bytes = 0;       ///< that an event takes at least, not compressed
  double compressed_bytes = 0;  ///< and compressed: random mantissas do not compress
  bool columns = false;         ///< a table of the columns of events, of which a reader can choose
  bool needs_sigma = false;     ///< holds a flux-averaged cross section
  bool vertices = true;         ///< has a place for vertices and times
  bool replicas = true;         ///< and for weights of replicas
  bool by_root = false;         ///< nugan-gen writes it, through ROOT
};

/// All formats, the usual one first.
NUGAN_EXPORT const std::vector<EventFormat>& event_formats();

/// The formats that a file's name allows, at least one.
/// @throws Error where no format has this suffix; lists those that there are
NUGAN_EXPORT std::vector<std::string> formats_of_suffix(const std::string& path);

/// The format of a name, for a file with one of its suffixes.
/// @throws Error for an unknown format, or a suffix of none or of another
NUGAN_EXPORT const EventFormat& check_format(const std::string& name, const std::string& path);

/// The format of a name. @throws Error for an unknown one
NUGAN_EXPORT const EventFormat& format_of(const std::string& name);

/// Refuse events that a format has no place for.
/// @param format    of the file
/// @param sigma     whether they have a flux-averaged cross section
/// @param vertices  whether they have vertices or times
/// @param replicas  whether they have weights of replicas
/// @throws Error where the format holds a flux-averaged cross section and they have none, or where it has no
/// place for what they have
NUGAN_EXPORT void check_holds(const EventFormat& format, bool sigma, bool vertices, bool replicas = false);

/// How the contents of a file are compressed.
struct Compression {
  std::string algorithm;  ///< such as "zstd", or "none"
  int level = 0;          ///< 1 (fastest) to 9; 0 of an algorithm that has none
};

/// The compression that a text such as "zstd:5", "ZLIB" (level 1) or "none" says.
/// @throws Error for one that the format does not have, and for an unknown format
NUGAN_EXPORT Compression parse_compression(const std::string& format, const std::string& text);

/// A lower bound of the bytes that an event takes in a file of a format while it is written.
/// @throws Error as parse_compression
NUGAN_EXPORT double least_event_bytes(const std::string& format, const std::string& compression);

/// The compression of a file that nothing else is said of.
NUGAN_EXPORT std::string usual_compression(const EventFormat& format, const std::string& path);

/// The names of the formats, or of those that nugan-gen writes, for messages.
NUGAN_EXPORT std::string format_names(bool by_root);

}  // namespace nugan
