#pragma once

#include <cstdint>
#include <nugan/Value.hpp>
#include <nugan/export.hpp>
#include <optional>
#include <string>

namespace nugan {

/// Of the archives that this library reads and writes.
inline constexpr int archive_format_version = 1;

/// The extra file of an archive that says what the model is, JSON.
inline constexpr const char* metadata_file = "nugan.json";

/// The bytes of an extra file of a TorchScript archive, read without torch.
/// @throws Error for no archive, a truncated one, and one without such a file
NUGAN_EXPORT std::string read_extra(const std::string& path, const std::string& name);

/// What an archive says of itself, a map.
/// @throws Error as read_extra; for metadata that lack a part, and for another format version
NUGAN_EXPORT Value read_metadata(const std::string& path);

/// Events that a model was trained on, if its metadata say so; resampled ones count for the true ones behind
/// them.
NUGAN_EXPORT std::optional<std::int64_t> training_events(const Value& metadata);

}  // namespace nugan
