#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace nugan {

/// The latents [n, latent_size] of events first ... first + n - 1 of a seed, computed on a device.
///
/// The random words are those of EventRandom; the normal numbers differ in the last bits, since each device
/// has its own logarithm, sine and cosine.
at::Tensor device_latents(std::uint64_t seed, std::int64_t first, std::int64_t n, std::int64_t latent_size,
                          at::Device device);

}  // namespace nugan
