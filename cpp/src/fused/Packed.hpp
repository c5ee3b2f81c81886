#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace nugan {

// Plain data, all that the code of one instruction set gets to see: an inline function of the standard
// library that were compiled there might be the copy that the whole program uses.

/// A dense layer as the kernels read it: for each group of outputs their biases, then for each input the
/// weights of the group. Groups differ by one output at most, larger ones first.
struct PackedDense {
  const float* data;
  int inputs;
  int outputs;
  int groups;
};

struct PackedBlock {
  PackedDense dense;         ///< its outputs have the mean zero
  const float* norm_weight;  ///< times the scale of the skip connection
  const float* norm_bias;
  float epsilon;
  float negative_slope;
  float scale;
  bool conditioned;
  bool skip;
};

/// Ranges of the energies and what else turns proxies to GeV and rad.
struct Phase {
  float enu_min;
  float enu_max;
  float shift;
  float lepton_mass;
};

struct PackedGan {
  const PackedBlock* blocks;
  int count;
  PackedDense output;
  int latent_size;
  bool log_energy;
  int width;  ///< most rows that a layer reads
  Phase phase;
};

struct PackedFlow {
  const PackedDense* angle;
  const PackedDense* energy;
  int angle_layers;
  int energy_layers;
  int width;       ///< most rows of a hidden layer
  int parameters;  ///< most rows of a spline
  Phase phase;
};

/// Events of one call of a kernel; their number is a multiple of the kernel's tile, all arrays are aligned.
struct Batch {
  const float* latent;  ///< [latent_size, stride]
  std::int64_t stride;
  const float* enu;  ///< GeV
  float* emu;        ///< GeV
  float* theta;      ///< rad
  int events;
  float* scratch;
};

/// Tiles of events on their way through a network: row r of tile t of `in` begins at in + t * in_stride + r *
/// tile. Strides are multiples of the tile.
struct Lot {
  int tiles;
  float* in;
  std::int64_t in_stride;
  float* out;
  std::int64_t out_stride;
};

/// How a number x becomes an input: a function of it, less its mean, times a scale, within -8 and 8.
struct NetworkInput {
  enum Kind : int {
    plain,      ///< x
    logarithm,  ///< ln(max(x, 0) + constant)
    bounded,    ///< x / (|x| + constant)
    tangent     ///< tanh(x)
  };
  Kind kind;
  float constant;
  float mean;
  float scale;
};

/// Memory at an address that all SIMD loads may use.
struct AlignedDelete {
  void operator()(float* p) const { ::operator delete(p, std::align_val_t{64}); }
};
using AlignedFloats = std::unique_ptr<float[], AlignedDelete>;

inline AlignedFloats aligned_floats(std::size_t size) {
  auto* p = static_cast<float*>(::operator new(sizeof(float) * (size + 16), std::align_val_t{64}));
  for (std::size_t i = 0; i < size + 16; ++i) p[i] = 0;
  return AlignedFloats(p);
}

}  // namespace nugan
