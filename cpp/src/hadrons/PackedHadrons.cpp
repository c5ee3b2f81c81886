#include "PackedHadrons.hpp"

#include <algorithm>
#include <utility>

#include "../fused/pack.hpp"

namespace nugan {

namespace {

using Inputs = std::vector<NetworkInput>;

NetworkInput plain() {
  return {NetworkInput::plain, 0, 0, 1};
}
NetworkInput logarithm(float constant) {
  return {NetworkInput::logarithm, constant, 0, 1};
}
NetworkInput bounded(float constant) {
  return {NetworkInput::bounded, constant, 0, 1};
}
NetworkInput tangent() {
  return {NetworkInput::tangent, 0, 0, 1};
}

Inputs joined(Inputs inputs, const Inputs& more) {
  inputs.insert(inputs.end(), more.begin(), more.end());
  return inputs;
}

Inputs repeated(NetworkInput input, std::size_t count) {
  return Inputs(count, input);
}

// The functions of features.py, in its order; what they are functions of, draw_hadrons.cpp fills in

const Inputs of_lepton = {logarithm(0.05f), logarithm(0.02f), logarithm(0.02f), logarithm(0.005f),
                          bounded(0.3f),    bounded(0.5f),    tangent(),        tangent(),
                          plain(),          tangent(),        tangent(),        plain()};

const Inputs of_remnant = joined(joined(of_lepton, repeated(plain(), 18)), {logarithm(0.01f), tangent()});

const Inputs known_of_remnant = {tangent(),         tangent(),     tangent(), tangent(), plain(),
                                 logarithm(0.005f), bounded(0.2f), tangent(), tangent(), logarithm(0.01f),
                                 plain(),           plain(),       plain(),   plain(),   plain(),
                                 logarithm(0.001f), bounded(0.3f)};

const Inputs of_step =
    joined({logarithm(0.02f), logarithm(0.05f), bounded(0.5f), logarithm(0.01f), tangent(), plain(),
            logarithm(0.01f), logarithm(0.01f), logarithm(0.01f), plain(), logarithm(0.02f), logarithm(0.02f),
            logarithm(0.005f), logarithm(0.05f), tangent(), tangent(), logarithm(0.03f), logarithm(0.03f)},
           repeated(plain(), step_inputs - 18));

const Inputs known_of_step = {
    plain(),          logarithm(0.03f), bounded(0.5f),    logarithm(0.01f), plain(),       logarithm(0.01f),
    logarithm(0.01f), plain(),          plain(),          logarithm(0.02f), bounded(0.3f), logarithm(0.05f),
    bounded(0.5f),    tangent(),        logarithm(0.01f), plain(),          plain(),       plain()};

Inputs normalised(Inputs inputs, const Normalisation& by) {
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    inputs[k].mean = by.mean[k];
    inputs[k].scale = by.scale[k];
  }
  return inputs;
}

}  // namespace

PackedHadrons::PackedHadrons(HadronNetworks networks, const Kernels& kernels)
    : kernels_(kernels), tables_(std::move(networks)) {
  const HadronNetworks& net = tables_;
  lepton = normalised(of_lepton, net.lepton);
  for (std::size_t k = 0; k < mode.size(); ++k) mode[k] = packed(net.mode[k]);
  first = packed(net.first);
  second = packed(net.second);
  for (std::size_t k = 0; k < heads.size(); ++k) {
    heads[k] = packed(net.heads[k]);
    ends[k] = packed(net.ends[k]);
  }
  for (std::size_t k = 0; k < remnants.size(); ++k)
    remnants[k] = packed(net.remnants[k], of_remnant, known_of_remnant);
  for (std::size_t k = 0; k < steps.size(); ++k) steps[k] = packed(net.steps[k], of_step, known_of_step);
}

PackedDense PackedHadrons::packed(const DenseLayer& layer) {
  rows = std::max({rows, layer.inputs, layer.outputs});
  return pack(layer, kernels_.accumulators, numbers_);
}

PackedChain PackedHadrons::packed(const HadronChain& chain, const Inputs& inputs, const Inputs& known) {
  PackedChain result{.inputs = normalised(inputs, chain.inputs), .known = normalised(known, chain.known)};
  result.first = packed(chain.first);
  result.second = packed(chain.second);
  result.start = packed(chain.start);
  for (const auto& layer : chain.heads) result.heads.push_back(packed(layer));
  for (const auto& layer : chain.ends) result.ends.push_back(packed(layer));
  return result;
}

}  // namespace nugan
