#include "pack.hpp"

#include <algorithm>

namespace nugan {

namespace {

// Layer normalisation takes the mean over the outputs away: here the weights do
DenseLayer centred(const DenseLayer& layer) {
  DenseLayer result = layer;
  const auto outputs = static_cast<std::size_t>(layer.outputs),
             inputs = static_cast<std::size_t>(layer.inputs);
  const auto centre = [&](std::vector<float>& values, std::size_t start, std::size_t stride) {
    double sum = 0;
    for (std::size_t o = 0; o < outputs; ++o) sum += values[start + o * stride];
    const double mean = sum / static_cast<double>(outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
      float& value = values[start + o * stride];
      value = static_cast<float>(value - mean);
    }
  };
  for (std::size_t k = 0; k < inputs; ++k) centre(result.weight, k, inputs);
  centre(result.bias, 0, 1);
  return result;
}

}  // namespace

FusedNetwork::FusedNetwork(const Network& network, int latent_size, const Phase& phase,
                           const Kernels& kernels)
    : kernels_(kernels) {
  if (const auto* gan = std::get_if<GanNetwork>(&network))
    pack_gan(*gan, latent_size, phase);
  else
    pack_flow(std::get<FlowNetwork>(network), phase);
}

PackedDense pack(const DenseLayer& layer, int accumulators, std::deque<std::vector<float>>& numbers) {
  const int groups = (layer.outputs + accumulators - 1) / accumulators;
  const int least = layer.outputs / groups, larger = layer.outputs % groups;
  auto& data = numbers.emplace_back();
  data.reserve(layer.weight.size() + layer.bias.size());
  for (int group = 0, first = 0; group < groups; ++group) {
    const int size = least + (group < larger ? 1 : 0);
    for (int o = first; o < first + size; ++o) data.push_back(layer.bias[static_cast<std::size_t>(o)]);
    for (int k = 0; k < layer.inputs; ++k)
      for (int o = first; o < first + size; ++o)
        data.push_back(layer.weight[static_cast<std::size_t>(o) * static_cast<std::size_t>(layer.inputs) +
                                    static_cast<std::size_t>(k)]);
    first += size;
  }
  return {.data = data.data(), .inputs = layer.inputs, .outputs = layer.outputs, .groups = groups};
}

void FusedNetwork::pack_gan(const GanNetwork& network, int latent_size, const Phase& phase) {
  const int energies = network.log_energy ? 2 : 1;
  int width = latent_size + energies;
  for (const GanBlock& block : network.blocks) {
    width = std::max(width, block.dense.outputs + energies);
    const auto scaled = [&](std::vector<float> values) {
      for (float& value : values) value *= block.scale;
      return numbers_.emplace_back(std::move(values)).data();
    };
    blocks_.push_back({.dense = packed(centred(block.dense)),
                       .norm_weight = scaled(block.norm_weight),
                       .norm_bias = scaled(block.norm_bias),
                       .epsilon = static_cast<float>(block.epsilon),
                       .negative_slope = block.negative_slope,
                       .scale = block.scale,
                       .conditioned = block.conditioned,
                       .skip = block.skip});
  }
  gan_ = std::make_unique<PackedGan>(PackedGan{.blocks = blocks_.data(),
                                               .count = static_cast<int>(blocks_.size()),
                                               .output = packed(network.output),
                                               .latent_size = latent_size,
                                               .log_energy = network.log_energy,
                                               .width = width,
                                               .phase = phase});
  scratch_size_ = static_cast<std::size_t>(2 * width * kernels_.tile);
}

void FusedNetwork::pack_flow(const FlowNetwork& network, const Phase& phase) {
  int width = 1, parameters = 1;
  const auto all = [&](const std::vector<DenseLayer>& layers) {
    std::vector<PackedDense> result;
    for (const DenseLayer& layer : layers) {
      result.push_back(packed(layer));
      int& most = &layer == &layers.back() ? parameters : width;
      most = std::max(most, layer.outputs);
    }
    return result;
  };
  angle_ = all(network.angle);
  energy_ = all(network.energy);
  flow_ = std::make_unique<PackedFlow>(PackedFlow{.angle = angle_.data(),
                                                  .energy = energy_.data(),
                                                  .angle_layers = static_cast<int>(angle_.size()),
                                                  .energy_layers = static_cast<int>(energy_.size()),
                                                  .width = width,
                                                  .parameters = parameters,
                                                  .phase = phase});
  scratch_size_ = static_cast<std::size_t>((5 + 2 * width + parameters) * kernels_.tile);
}

}  // namespace nugan
