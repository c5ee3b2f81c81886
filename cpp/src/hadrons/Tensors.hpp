#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace nugan {

/// A tensor of an archive in plain numbers; float64 holds those of all its types exactly.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<double> values;
};

/// Tensors by their names.
using Tensors = std::map<std::string, Tensor>;

/// The module of an archive that has those of the hadrons' stages.
inline constexpr const char* hadrons_module = "hadrons";

}  // namespace nugan
