#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../fused/pack.hpp"
#include "../models/TorchModel.hpp"

namespace nugan {

/// Events on their way through a generator, as many as its tile; one for each thread.
struct Tile {
  Tile(std::size_t events, std::size_t latent_size, std::size_t scratch_size);

  AlignedFloats latent;  ///< [latent_size, events]
  AlignedFloats enu;     ///< GeV
  AlignedFloats emu;     ///< GeV
  AlignedFloats theta;   ///< rad
  AlignedFloats scratch;
  std::vector<double> azimuth;      ///< uniform in (0, 1)
  std::vector<float> rows, output;  ///< what LibTorch reads and writes
};

/// A model with what runs its network: the fused kernel, or LibTorch where the kernel does not know the
/// network, disagrees with LibTorch or has no vector instructions here.
class Generator {
 public:
  /// @param backend  "auto", "fused" or "torch"
  /// @throws Error where "fused" was asked for and cannot be had
  Generator(const std::string& file, const std::string& device, const std::string& backend);

  const ModelInfo& info() const { return torch_.info(); }
  const std::string& device() const { return torch_.device(); }
  bool on_cpu() const { return torch_.on_cpu(); }
  const Kernels& kernels() const { return kernels_; }
  bool fused() const { return fused_ != nullptr; }
  const TorchModel& torch() const { return torch_; }

  /// "fused", with the instruction set, or "torch"
  std::string backend() const { return fused_ ? std::string("fused ") + kernels_.name : "torch"; }

  /// Events of a tile. LibTorch always takes a whole one.
  std::int64_t tile_size() const { return torch_.tile_size(); }
  Tile make_tile() const;

  /// Fills emu and theta of the first `events` events of a tile, a multiple of 32, from latent and enu.
  void operator()(Tile& tile, std::int64_t events) const;

 private:
  void run_torch(Tile& tile) const;
  void run_fused(Tile& tile, std::int64_t events) const;
  std::string fuse();

  TorchModel torch_;
  const Kernels& kernels_;
  std::unique_ptr<FusedNetwork> fused_;
};

}  // namespace nugan
