#pragma once

#include <variant>
#include <vector>

namespace nugan {

/// y = W x + b
struct DenseLayer {
  int inputs = 0;
  int outputs = 0;
  std::vector<float> weight;  ///< [outputs, inputs]
  std::vector<float> bias;    ///< [outputs]
};

/// Dense layer, layer normalisation, activation, and perhaps (activation + input) * scale: Blocks 1-4 of
/// arXiv:2502.20244.
struct GanBlock {
  DenseLayer dense;
  std::vector<float> norm_weight, norm_bias;  ///< [outputs]
  double epsilon = 0;                         ///< added to the variance
  float negative_slope = 0;                   ///< the activation is x above 0, this times x below
  bool conditioned = false;                   ///< the energies are further inputs
  bool skip = false;
  float scale = 1;
};

/// A generator of a GAN: blocks, a dense layer with two outputs, tanh. The first block takes (latent,
/// energies).
struct GanNetwork {
  bool log_energy = false;  ///< energies are (E', log E') and not E' alone
  std::vector<GanBlock> blocks;
  DenseLayer output;
};

/// A spline flow: dense layers with SiLU between them give the parameters of a spline for the angle, and
/// others those of a spline for the energy at that angle.
struct FlowNetwork {
  std::vector<DenseLayer> angle, energy;
};

using Network = std::variant<GanNetwork, FlowNetwork>;

}  // namespace nugan
