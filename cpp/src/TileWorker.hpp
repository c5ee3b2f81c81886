#pragma once

#include <cstdint>
#include <nugan/Events.hpp>
#include <nugan/Sampler.hpp>
#include <span>

#include "DeviceTile.hpp"
#include "Generator.hpp"

namespace nugan {

/// Events first ... first + n - 1 of a seed; energies from a range, a spectrum, or given one by one.
struct Request {
  std::int64_t n;
  std::uint64_t seed;
  std::int64_t first;
  EnergyRange range;
  const EnergySpectrum* spectrum;
  std::span<const double> enu;

  double energy(std::int64_t event, double uniform) const;
};

/// Makes the events of one tile after the other: random numbers, network, kinematics.
///
/// Tiles are counted from event 0 of the seed, so that their cuts do not depend on the request.
class TileWorker {
 public:
  TileWorker(const Generator& generator, const Request& request, Events& events)
      : generator_(generator), request_(request), events_(events), tile_(generator.make_tile()) {}

  void operator()(std::int64_t number);

 protected:
  /// Chooses the events of a tile that the request wants.
  void enter(std::int64_t number);

  /// Draws the numbers of events origin_ ... origin_ + rows_ - 1 and fills in the energies.
  void draw(int latent_size);

  /// Makes the wanted events of the tile's muons.
  /// @throws Error for a muon outside of the phase space
  void fill();

  const Generator& generator_;
  const Request& request_;
  Events& events_;
  Tile tile_;
  std::int64_t low_ = 0, high_ = 0;     ///< events wanted: low_ ... high_ - 1
  std::int64_t origin_ = 0, rows_ = 0;  ///< events computed
};

/// The same with the network on a device, in two steps between which the device works alone.
class DeviceWorker : private TileWorker {
 public:
  DeviceWorker(const Generator& generator, const Request& request, Events& events)
      : TileWorker(generator, request, events), device_tile_(generator.torch()) {}

  void start(std::int64_t number);
  void finish();

 private:
  DeviceTile device_tile_;
};

}  // namespace nugan
