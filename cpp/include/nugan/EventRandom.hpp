#pragma once

#include <cstddef>
#include <cstdint>
#include <nugan/BoxMuller.hpp>
#include <nugan/Philox.hpp>
#include <span>

namespace nugan {

/// All random numbers of an event, from the seed and the event's number alone.
///
/// The Philox key is the seed, the counter is (event low, event high, block, 0). The words of blocks 0, 1, 2,
/// ... form one sequence: word 0 is the energy uniform, word 1 the azimuth uniform, words 2, 3, ... become
/// the latent vector in Box-Muller pairs. So an event is the same wherever a run is cut.
class EventRandom {
 public:
  /// Uniform numbers in the open interval (0, 1).
  struct Uniforms {
    double energy;
    double azimuth;
  };

  explicit constexpr EventRandom(std::uint64_t seed)
      : philox_({static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}) {}

  /// Fill the latent vector with normal numbers and give the two uniforms.
  Uniforms operator()(std::uint64_t event, std::span<float> latent) const {
    auto words = block(event, 0);
    const Uniforms result{uniform(words[0]), uniform(words[1])};
    std::size_t word = 2;
    for (std::size_t i = 0; i < latent.size(); i += 2) {
      const auto pair = BoxMuller{}(words[word], words[word + 1]);
      latent[i] = pair[0];
      if (i + 1 < latent.size()) latent[i + 1] = pair[1];
      word = (word + 2) % 4;
      if (word == 0) words = block(event, static_cast<std::uint32_t>((i + 4) / 4));
    }
    return result;
  }

 private:
  Philox4x32::Counter block(std::uint64_t event, std::uint32_t number) const {
    return philox_({static_cast<std::uint32_t>(event), static_cast<std::uint32_t>(event >> 32), number, 0});
  }
  static constexpr double uniform(std::uint32_t word) { return (word + 0.5) * 0x1p-32; }

  Philox4x32 philox_;
};

}  // namespace nugan
