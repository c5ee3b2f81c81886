#pragma once

#include <cstdint>

#include "../stages/Stage.hpp"
#include "DeviceTile.hpp"
#include "Generator.hpp"

namespace nugan {

/// Makes the leptons of one tile after the other: random numbers, network, kinematics.
///
/// Tiles are counted from event 0 of the seed, so that their cuts do not depend on the chunk.
class TileWorker {
 public:
  /// @param chunk  its energies are there
  TileWorker(const Generator& generator, Chunk& chunk)
      : generator_(generator), chunk_(chunk), tile_(generator.make_tile()) {}

  void operator()(std::int64_t number);

 protected:
  /// Chooses the events of a tile that the chunk has.
  void enter(std::int64_t number);

  /// Draws the numbers of events origin_ ... origin_ + rows_ - 1 and takes their energies.
  void draw(int latent_size);

  /// Makes the wanted events of the tile's muons.
  /// @throws Error for a muon outside of the phase space
  void fill();

  const Generator& generator_;
  Chunk& chunk_;
  Tile tile_;
  std::int64_t low_ = 0, high_ = 0;     ///< events wanted: low_ ... high_ - 1
  std::int64_t origin_ = 0, rows_ = 0;  ///< events computed
};

/// The same with the network on a device, in two steps between which the device works alone.
class DeviceWorker : private TileWorker {
 public:
  DeviceWorker(const Generator& generator, Chunk& chunk)
      : TileWorker(generator, chunk), device_tile_(generator.torch()) {}

  void start(std::int64_t number);
  void finish();

 private:
  DeviceTile device_tile_;
};

}  // namespace nugan
