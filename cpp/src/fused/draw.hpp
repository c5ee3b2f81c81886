#pragma once

#include <cstddef>
#include <cstdint>

#include "normal.hpp"

namespace nugan {

/// Random numbers of `events` events from event number `first` of a seed, as EventRandom gives them.
struct Draw {
  std::uint64_t seed;
  std::uint64_t first;
  int events;  ///< a multiple of draw_lanes
  int latent_size;
  double* energy;   ///< [events], uniform in (0, 1); nullptr where nobody wants it
  double* azimuth;  ///< the same
  float* latent;    ///< [latent_size, stride]
  std::int64_t stride;
};

inline constexpr int draw_lanes = 32;

// Philox4x32-10 with the lanes side by side; compilers turn each of the short loops into vectors
template <class S>
inline void philox_lanes(std::uint64_t seed, std::uint64_t first, std::uint32_t block,
                         std::uint32_t (&word)[4][draw_lanes]) {
  for (int i = 0; i < draw_lanes; ++i) {
    const std::uint64_t event = first + static_cast<std::uint64_t>(i);
    word[0][i] = static_cast<std::uint32_t>(event);
    word[1][i] = static_cast<std::uint32_t>(event >> 32);
    word[2][i] = block;
    word[3][i] = 0;
  }
  auto key0 = static_cast<std::uint32_t>(seed), key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < draw_lanes; ++i) {
      const std::uint64_t one = std::uint64_t{0xD2511F53} * word[0][i];
      const std::uint64_t two = std::uint64_t{0xCD9E8D57} * word[2][i];
      word[0][i] = static_cast<std::uint32_t>(two >> 32) ^ word[1][i] ^ key0;
      word[2][i] = static_cast<std::uint32_t>(one >> 32) ^ word[3][i] ^ key1;
      word[1][i] = static_cast<std::uint32_t>(two);
      word[3][i] = static_cast<std::uint32_t>(one);
    }
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
}

template <class S>
void draw(const Draw& request) {
  std::uint32_t word[4][draw_lanes];
  for (int start = 0; start < request.events; start += draw_lanes) {
    const std::uint64_t first = request.first + static_cast<std::uint64_t>(start);
    philox_lanes<S>(request.seed, first, 0, word);
    if (request.energy)
      for (int i = 0; i < draw_lanes; ++i) request.energy[start + i] = (word[0][i] + 0.5) * 0x1p-32;
    if (request.azimuth)
      for (int i = 0; i < draw_lanes; ++i) request.azimuth[start + i] = (word[1][i] + 0.5) * 0x1p-32;
    for (int l = 0; l < request.latent_size; l += 2) {
      const int pair = 2 + l;  // number of the first of two words
      if (pair % 4 == 0) philox_lanes<S>(request.seed, first, static_cast<std::uint32_t>(pair / 4), word);
      const std::uint32_t* radius = word[pair % 4];
      const std::uint32_t* angle = word[pair % 4 + 1];
      float* one = request.latent + l * request.stride + start;
      if (l + 1 < request.latent_size) {
        float* two = one + request.stride;
        for (int i = 0; i < draw_lanes; ++i) box_muller(radius[i], angle[i], one[i], two[i]);
      } else {
        float dropped;
        for (int i = 0; i < draw_lanes; ++i) box_muller(radius[i], angle[i], one[i], dropped);
      }
    }
  }
}

}  // namespace nugan
