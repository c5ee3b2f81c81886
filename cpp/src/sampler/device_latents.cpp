#include "device_latents.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <numbers>

#include "../models/TorchModule.hpp"
#include "copy_device_latents.hpp"

namespace nugan {

namespace {

constexpr std::int64_t low_bits = 0xffffffff;

// 32 times 32 bits in 64: products wrap as unsigned ones do, and the shift's copies of the sign are cut off
std::array<at::Tensor, 2> multiply(const at::Tensor& word, std::int64_t factor) {
  const auto product = word * factor;
  return {product.bitwise_right_shift(32).bitwise_and_(low_bits), product.bitwise_and(low_bits)};
}

// Philox4x32-10 (Philox.hpp) of every event and block: [4, n, blocks] words in 64-bit integers
std::array<at::Tensor, 4> philox(std::uint64_t seed, std::int64_t first, std::int64_t n, std::int64_t blocks,
                                 at::Device device) {
  const auto integers = at::TensorOptions(at::kLong).device(device);
  const auto event = at::arange(first, first + n, integers).unsqueeze(1).expand({n, blocks});
  std::array<at::Tensor, 4> word = {event.bitwise_and(low_bits), event.bitwise_right_shift(32),
                                    at::arange(blocks, integers).expand({n, blocks}),
                                    at::zeros({n, blocks}, integers)};
  auto key0 = static_cast<std::uint32_t>(seed), key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const auto [high0, low0] = multiply(word[0], 0xD2511F53);
    const auto [high2, low2] = multiply(word[2], 0xCD9E8D57);
    word = {high2.bitwise_xor(word[1]).bitwise_xor_(static_cast<std::int64_t>(key0)), low2,
            high0.bitwise_xor(word[3]).bitwise_xor_(static_cast<std::int64_t>(key1)), low0};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return word;
}

}  // namespace

at::Tensor device_latents(std::uint64_t seed, std::int64_t first, std::int64_t n, std::int64_t latent_size,
                          at::Device device) {
  const std::int64_t blocks = (latent_size + 2 + 3) / 4;
  const auto words = at::stack(philox(seed, first, n, blocks, device), 2).view({n, 4 * blocks});
  // words 0 and 1 are the energy and the azimuth
  const auto pairs = words.narrow(1, 2, (latent_size + 1) / 2 * 2).view({n, -1, 2});
  const auto u = pairs.select(2, 0).to(at::kFloat).add_(0.5).mul_(0x1p-32);
  const auto radius = u.log().mul_(-2.0).sqrt_();
  // the angle in quarters of a turn and a rest, as in normal.hpp
  const auto angle = pairs.select(2, 1);
  const auto quarter = (angle + 0x20000000).bitwise_right_shift(30);
  const auto rest = angle - quarter.bitwise_left_shift(30);
  const auto x = rest.to(at::kFloat).add_(0.5).mul_(2 * std::numbers::pi * 0x1p-32);
  const auto odd = quarter.bitwise_and(1).to(at::kBool);
  const auto cosine = at::where(odd, x.sin(), x.cos()), sine = at::where(odd, x.cos(), x.sin());
  const auto one = at::where((quarter + 1).bitwise_and(2).to(at::kBool), -cosine, cosine);
  const auto two = at::where(quarter.bitwise_and(2).to(at::kBool), -sine, sine);
  return at::stack({radius * one, radius * two}, 2).view({n, -1}).narrow(1, 0, latent_size).contiguous();
}

void copy_device_latents(const std::string& device, std::uint64_t seed, std::int64_t first, std::int64_t n,
                         std::int64_t size, float* to) {
  const auto latents = device_latents(seed, first, n, size, find_device(device)).to(at::kCPU);
  std::copy_n(latents.data_ptr<float>(), latents.numel(), to);
}

}  // namespace nugan
