#pragma once

#include <optional>

#include "Network.hpp"

namespace torch::jit {
struct Module;
}

namespace nugan {

/// The network of an archive in plain numbers, from the names, types and shapes of its modules; nothing if
/// these are not those that nugan_hep.export writes.
std::optional<Network> recognise(const torch::jit::Module& script);

}  // namespace nugan
