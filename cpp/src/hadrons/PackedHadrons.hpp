#pragma once

#include <array>
#include <deque>
#include <vector>

#include "../fused/Kernels.hpp"
#include "HadronNetworks.hpp"

namespace nugan {

/// A chain as the kernels read it.
struct PackedChain {
  std::vector<NetworkInput> inputs{}, known{};
  PackedDense first{}, second{}, start{};
  std::vector<PackedDense> heads{}, ends{};
};

/// The networks of the hadrons as the kernels of one instruction set read them, and the tables beside them.
class PackedHadrons {
 public:
  PackedHadrons(HadronNetworks networks, const Kernels& kernels);
  PackedHadrons(PackedHadrons&&) = delete;

  const Kernels& kernels() const { return kernels_; }
  const HadronNetworks& tables() const { return tables_; }

  std::vector<NetworkInput> lepton;
  std::array<PackedDense, 3> mode{};
  PackedDense first{}, second{};
  std::array<PackedDense, counted_species + 1> heads{}, ends{};
  std::array<PackedChain, hadron_modes> remnants;
  std::array<PackedChain, 6> steps;
  int rows = 0;  ///< most rows that a layer reads or writes

 private:
  PackedDense packed(const DenseLayer& layer);
  PackedChain packed(const HadronChain& chain, const std::vector<NetworkInput>& inputs,
                     const std::vector<NetworkInput>& known);

  const Kernels& kernels_;
  HadronNetworks tables_;
  std::deque<std::vector<float>> numbers_;
};

}  // namespace nugan
