#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "Kernels.hpp"
#include "Network.hpp"

namespace nugan {

/// A layer as the kernels with so many accumulators read it; the numbers go to the end of `numbers`.
PackedDense pack(const DenseLayer& layer, int accumulators, std::deque<std::vector<float>>& numbers);

/// A network whose weights lie as the kernels of one instruction set read them.
class FusedNetwork {
 public:
  /// @param phase  energy range and shift of the model
  FusedNetwork(const Network& network, int latent_size, const Phase& phase, const Kernels& kernels);
  FusedNetwork(FusedNetwork&&) = delete;

  const Kernels& kernels() const { return kernels_; }

  /// Floats that one thread needs as scratch.
  std::size_t scratch_size() const { return scratch_size_; }

  /// @param batch  arrays aligned to 64 bytes; events and stride are multiples of the tile
  void operator()(const Batch& batch) const {
    if (gan_)
      kernels_.gan(*gan_, batch);
    else
      kernels_.flow(*flow_, batch);
  }

 private:
  PackedDense packed(const DenseLayer& layer) { return pack(layer, kernels_.accumulators, numbers_); }
  void pack_gan(const GanNetwork& network, int latent_size, const Phase& phase);
  void pack_flow(const FlowNetwork& network, const Phase& phase);

  const Kernels& kernels_;
  std::size_t scratch_size_ = 0;
  std::deque<std::vector<float>> numbers_;  ///< addresses stay as it grows
  std::vector<PackedBlock> blocks_;
  std::vector<PackedDense> angle_, energy_;
  std::unique_ptr<PackedGan> gan_;
  std::unique_ptr<PackedFlow> flow_;
};

}  // namespace nugan
