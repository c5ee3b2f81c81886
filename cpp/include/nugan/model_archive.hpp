#pragma once

#include <cstdint>
#include <nugan/ModelInfo.hpp>
#include <nugan/Process.hpp>
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
/// @throws Error as read_extra; for metadata that lack a part or say what cannot be, and for another format
///     version
NUGAN_EXPORT Value read_metadata(const std::string& path);

/// Refuse a model of no neutrino, nucleus or energies, and a name of more than one line.
/// @throws Error names what is wrong, not the file
NUGAN_EXPORT void check_model(const ModelInfo& info);

/// Refuse an archive whose metadata say something else than its network does.
/// @param info  what the network says, with the metadata
/// @throws Error names what differs
NUGAN_EXPORT void check_metadata(const ModelInfo& info);

/// The statistical errors of the cross section that the metadata of an archive have; none where there are
/// none.
/// @throws Error for numbers that are none, and another length than the cross section's
NUGAN_EXPORT std::vector<double> xsec_error_of(const ModelInfo& info);

/// The cross sections of the channels that the metadata of an archive have; none where there are none.
/// @param info  with the metadata and the energies of the cross section
/// @throws Error for a channel that is not known, numbers that are none, other lengths than the total's, and
/// a sum that
///     is not the total
NUGAN_EXPORT std::vector<ChannelTable> channels_of(const ModelInfo& info);

/// The process that the metadata of an archive tell of.
/// @throws Error for a current or a channel that is none, see process_of in Process.hpp
NUGAN_EXPORT Process process_of(const Value& metadata);

/// Events that a model was trained on, if its metadata say so; resampled ones count for the true ones behind
/// them.
NUGAN_EXPORT std::optional<std::int64_t> training_events(const Value& metadata);

}  // namespace nugan
