#pragma once

#include <array>
#include <nugan/Replica.hpp>
#include <string>
#include <vector>

#include "../fused/Packed.hpp"
#include "../hadrons/Tensors.hpp"

namespace nugan {

/// The module of an archive that has the tables, and the layout of them that this library reads.
inline constexpr const char* replicas_module = "replicas";
inline constexpr int replicas_layout = 1;

/// Replicas on one grid, uniform in the coordinates of smooth_coordinates().
struct ReplicaBlock {
  std::array<double, 3> low{}, step{};
  std::array<std::int64_t, 3> size{};
  int count = 0;           ///< replicas that are taken of it
  int stride = 0;          ///< floats from a node to the next, a multiple of 16
  AlignedFloats values{};  ///< [size[0], size[1], size[2], stride], logarithms of weights
};

/// The first replicas of a model.
struct ReplicaTable {
  Replicas replicas{};
  std::vector<ReplicaBlock> blocks{};
};

/// The first `count` replicas in an archive.
/// @param file      for messages
/// @param tensors   of its module
/// @param metadata  its nugan.json
/// @throws Error for fewer of them; naming what does not fit the layout or is not finite
ReplicaTable read_replicas(const std::string& file, const Tensors& tensors, const std::string& metadata,
                           std::int64_t count);

}  // namespace nugan
