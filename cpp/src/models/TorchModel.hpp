#pragma once

#include <cstdint>
#include <memory>
#include <nugan/ModelInfo.hpp>
#include <optional>
#include <span>
#include <string>

#include "../fused/Network.hpp"
#include "../hadrons/Tensors.hpp"

namespace nugan {

/// A generator in a TorchScript archive, run in tiles of a fixed number of events.
///
/// No torch header leaks from here: they are slow to compile, and one source file needs them.
class TorchModel {
 public:
  /// @throws Error naming the file, or the device that is not there
  TorchModel(const std::string& file, const std::string& device);
  ~TorchModel();
  TorchModel(TorchModel&&) = delete;

  const ModelInfo& info() const { return info_; }
  const std::string& device() const { return device_; }
  bool on_cpu() const { return device_ == "cpu"; }

  /// Events of a tile: a matrix product gives the same bits for a row only if its shape never changes.
  std::int64_t tile_size() const { return on_cpu() ? 512 : 131072; }

  /// Muon energies [GeV] and angles [rad] of one tile, finite. Safe to call from several threads.
  /// @param latent  [tile_size, latent_size]
  /// @param enu     [tile_size], GeV
  /// @param output  [tile_size, 2]
  void operator()(std::span<const float> latent, std::span<const float> enu, std::span<float> output) const;

  /// The network in plain numbers, if it is one that this library knows.
  std::optional<Network> network() const;

  /// The tensors of a module of the archive, such as that of a stage, if the archive has it.
  /// @throws Error where what it has is no module of dense tensors
  std::optional<Tensors> tensors(const std::string& module) const;

  struct Module;  ///< see TorchModule.hpp
  const Module& module() const;

 private:
  ModelInfo info_;
  std::string device_;
  std::unique_ptr<Module> module_;
};

/// While one of these lives, torch uses one thread inside each operation; afterwards what it used before.
///
/// Two threads in one product cost more than they give at these sizes, and change the order of sums.
class SerialTorch {
 public:
  SerialTorch();
  ~SerialTorch();
  SerialTorch(const SerialTorch&) = delete;
  SerialTorch& operator=(const SerialTorch&) = delete;

  /// To be called at the start of each worker thread.
  void enter_worker() const;
};

}  // namespace nugan
