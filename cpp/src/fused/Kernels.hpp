#pragma once

#include <string>
#include <vector>

#include "Packed.hpp"
#include "draw.hpp"
#include "lepton_columns.hpp"
#include "weights.hpp"

namespace nugan {

/// What is done with a batch of events, compiled for one instruction set.
struct Kernels {
  const char* name;
  int tile;          ///< events that a network takes at once
  int accumulators;  ///< most outputs of a group in PackedDense
  void (*draw)(const Draw&);
  void (*gan)(const PackedGan&, const Batch&);
  void (*flow)(const PackedFlow&, const Batch&);
  int (*lepton_columns)(const LeptonColumns&);
  /// Turns rows of `in` into inputs of a network, in place.
  void (*inputs)(const Lot&, const NetworkInput*, int count);
  /// A dense layer from `in` to `out`, with SiLU where it is to be activated.
  void (*layer)(const Lot&, const PackedDense&, bool activate);
  /// Variables of splines, one row of each tile in `out`, from their raw parameters in `in`, which it
  /// overwrites.
  void (*quantile)(const Lot&, int bins, const float* uniform);
  /// Replaces rows of `in` by their exponentials over that of the largest; their sum is one row of each tile
  /// in `out`.
  void (*exponentials)(const Lot&, int classes);
  /// Weights of replicas of one event, see corner_weights.
  void (*weights)(const Corners&, int count, float* weights);
  /// Does `rounds` times 2 * tile * accumulators multiplications and additions, from registers alone.
  float (*multiply_add)(std::int64_t rounds);
};

const Kernels* avx512_kernels();  ///< nullptr where the compiler knows no AVX-512
const Kernels* avx2_kernels();    ///< nullptr where the compiler knows no AVX2
const Kernels* portable_kernels();

/// The kernels that this processor runs fastest, or those that the environment variable NUGAN_SIMD names.
/// @throws Error for a name other than avx512, avx2 and portable, or one that this processor has not
const Kernels& choose_kernels();

/// All that this processor can run, fastest first.
std::vector<const Kernels*> runnable_kernels();

}  // namespace nugan
