#pragma once

#include <torch/script.h>

#include "TorchModel.hpp"

namespace nugan {

// for the source files that call torch; its headers take seconds to compile
struct TorchModel::Module {
  torch::jit::Module script;
  torch::Device device;
};

/// One line of an exception of torch.
std::string short_reason(const std::exception& error);

/// The device of "cpu", "cuda" or "cuda:k".
/// @throws Error for other text, and for a device that is not there
torch::Device find_device(const std::string& text);

/// What a network returned, if it is float32 [rows, 2].
/// @throws Error for anything else
at::Tensor check_muons(const c10::IValue& result, std::int64_t rows);

}  // namespace nugan
