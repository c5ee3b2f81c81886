#pragma once

#include <string>
#include <vector>

namespace nugan {

/// One of the universes that a model's events have a weight of each: a draw of a posterior,
/// or another model.
struct Replica {
  std::string name;  ///< its own among those of a model
  std::string kind;  ///< what it is: "tune", "transfer" or "alternative"

  friend bool operator==(const Replica&, const Replica&) = default;
};

using Replicas = std::vector<Replica>;

/// Name of the column of the weights, in Python and in files.
inline constexpr const char* replica_weights_name = "wght_rep";

}  // namespace nugan
