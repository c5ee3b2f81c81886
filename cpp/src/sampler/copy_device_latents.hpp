#pragma once

#include <cstdint>
#include <nugan/export.hpp>
#include <string>

namespace nugan {

/// Copies device_latents() [n, size] of a device ("cpu", "cuda" or "cuda:k") to the host.
/// @throws Error for a device that is not there
NUGAN_EXPORT void copy_device_latents(const std::string& device, std::uint64_t seed, std::int64_t first,
                                      std::int64_t n, std::int64_t size, float* to);

}  // namespace nugan
