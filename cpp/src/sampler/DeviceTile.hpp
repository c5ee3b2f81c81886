#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "../models/TorchModel.hpp"

namespace nugan {

/// Events on their way through a network on a device other than the CPU.
///
/// The latents are drawn there, by the same Philox streams as on the CPU. start() returns at once and
/// finish() waits, so that of two tiles one is computed while the host works on the other. What goes in and
/// out lies in memory that the device copies from without help.
class DeviceTile {
 public:
  /// @param model  must outlive the tile
  explicit DeviceTile(const TorchModel& model);
  ~DeviceTile();
  DeviceTile(DeviceTile&&) noexcept;

  /// Energies [tile_size] in GeV, to be filled before start() and left alone until finish().
  std::span<float> enu();

  /// @param first  number of the first event
  void start(std::uint64_t seed, std::int64_t first);

  /// @return [tile_size, 2]: muon energies in GeV, angles in rad; valid until the next start()
  std::span<const float> finish();

 private:
  struct Buffers;

  const TorchModel& model_;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace nugan
