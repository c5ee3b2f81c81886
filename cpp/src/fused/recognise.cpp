#include "recognise.hpp"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <stdexcept>
#include <string>

namespace nugan {

namespace {

using Module = torch::jit::Module;

// Ends the recognition; the network then runs through LibTorch
struct Unknown : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void require(bool condition, const char* what) {
  if (!condition) throw Unknown(what);
}

std::string type_name(const Module& module) {
  const auto name = module.type()->name();
  return name ? name->name() : "";
}

c10::IValue value(const Module& module, const char* name) {
  if (module.hasattr(name)) return module.attr(name);
  const auto constant = module.type()->findConstant(name);
  require(constant.has_value(), name);
  return *constant;
}

Module child(const Module& module, const char* name) {
  const auto found = value(module, name);
  require(found.isModule(), name);
  return found.toModule();
}

std::vector<float> numbers(const Module& module, const char* name) {
  const auto found = value(module, name);
  require(found.isTensor(), name);
  const auto tensor = found.toTensor().detach().to(at::kCPU);
  require(tensor.scalar_type() == at::kFloat, name);
  const auto values = tensor.contiguous();
  const float* data = values.data_ptr<float>();
  return {data, data + values.numel()};
}

DenseLayer dense(const Module& module) {
  require(type_name(module) == "Linear", "a dense layer");
  const auto weight = value(module, "weight");
  require(weight.isTensor() && weight.toTensor().dim() == 2, "a matrix of weights");
  const auto outputs = weight.toTensor().size(0), inputs = weight.toTensor().size(1);
  // sizes of the kernels' memory are ints
  require(inputs > 0 && outputs > 0 && inputs < 1 << 17 && outputs < 1 << 17, "a moderate width");
  DenseLayer layer{.inputs = static_cast<int>(inputs),
                   .outputs = static_cast<int>(outputs),
                   .weight = numbers(module, "weight"),
                   .bias = numbers(module, "bias")};
  require(layer.bias.size() == static_cast<std::size_t>(outputs), "a bias for each output");
  return layer;
}

float negative_slope(const Module& activation) {
  const auto name = type_name(activation);
  if (name == "ReLU") return 0;
  if (name == "LeakyReLU") return static_cast<float>(value(activation, "negative_slope").toDouble());
  require(name == "PReLU", "an activation");
  const auto slope = numbers(activation, "weight");
  require(slope.size() == 1, "one slope");
  return slope.front();
}

GanBlock block(const Module& dense_module, const Module& norm, const Module& activation) {
  require(type_name(norm) == "LayerNorm", "a layer normalisation");
  GanBlock result{.dense = dense(dense_module),
                  .norm_weight = numbers(norm, "weight"),
                  .norm_bias = numbers(norm, "bias"),
                  .epsilon = value(norm, "eps").toDouble(),
                  .negative_slope = negative_slope(activation)};
  const auto width = static_cast<std::size_t>(result.dense.outputs);
  require(result.norm_weight.size() == width && result.norm_bias.size() == width, "a normalised width");
  return result;
}

GanNetwork gan(const Module& script) {
  GanNetwork network;
  network.log_energy = value(script, "log_energy").toBool();
  network.blocks.push_back(
      block(child(script, "input"), child(script, "input_norm"), child(script, "input_activation")));
  const int energies = network.log_energy ? 2 : 1;
  const auto latents = value(script, "latent_size").toInt();
  require(network.blocks.front().dense.inputs == latents + energies, "inputs of latents and energies");
  for (const auto& module : child(script, "body").children()) {
    const int width = network.blocks.back().dense.outputs;
    GanBlock next = block(child(module, "dense"), child(module, "norm"), child(module, "activation"));
    next.conditioned = value(module, "conditioned").toBool();
    next.skip = value(module, "skip").toBool();
    next.scale = next.skip ? static_cast<float>(value(module, "scale").toScalar().to<double>()) : 1.0f;
    require(next.dense.inputs == width + (next.conditioned ? energies : 0), "inputs of a block");
    require(!next.skip || next.dense.outputs == width, "equal widths around a skip connection");
    require(next.scale > 0, "a positive scale");
    network.blocks.push_back(std::move(next));
  }
  network.output = dense(child(script, "output"));
  require(network.output.outputs == 2, "two outputs");
  require(network.output.inputs == network.blocks.back().dense.outputs, "inputs of the output");
  return network;
}

std::vector<DenseLayer> layers(const Module& sequence, int inputs) {
  std::vector<DenseLayer> result;
  bool activated = true;
  for (const auto& module : sequence.children()) {
    if (type_name(module) == "SiLU") {
      require(!activated, "one activation behind a layer");
      activated = true;
      continue;
    }
    require(activated, "an activation behind a layer");
    result.push_back(dense(module));
    require(result.back().inputs == inputs, "inputs of a layer");
    inputs = result.back().outputs;
    activated = false;
  }
  // a spline of K bins takes 3 K + 1 numbers; fewer than 2 bins or more than 999 have no room for the widths
  require(!result.empty() && !activated && inputs % 3 == 1 && inputs >= 7 && inputs < 2998, "a spline");
  return result;
}

FlowNetwork flow(const Module& script) {
  const auto networks = child(script, "flow");
  return {.angle = layers(child(networks, "angle"), 2), .energy = layers(child(networks, "energy"), 5)};
}

}  // namespace

std::optional<Network> recognise(const torch::jit::Module& script) try {
  if (script.hasattr("flow")) {
    require(value(script, "latent_size").toInt() == 2, "two latents");
    return flow(script);
  }
  return gan(script);
} catch (const std::exception&) {
  return std::nullopt;
}

}  // namespace nugan
