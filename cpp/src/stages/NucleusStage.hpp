#pragma once

#include <span>
#include <vector>

#include "Stage.hpp"

namespace nugan {

/// The nucleus of each event of a mixture, `tgt`.
class NucleusStage : public Stage {
 public:
  /// @param nuclei  their numbers, 10LZZZAAAI
  /// @param shares  of each in the events; the sum is 1
  NucleusStage(std::vector<int> nuclei, std::span<const double> shares);

  void operator()(Chunk& chunk) const override;

  /// Adds the events of each nucleus among events from ... to - 1 of a seed to `counts`.
  void count(std::uint64_t seed, std::int64_t from, std::int64_t to, std::vector<std::int64_t>& counts) const;

 private:
  std::size_t which(std::uint64_t seed, std::int64_t event) const;

  std::vector<int> nuclei_;
  std::vector<double> borders_;  ///< sums of the shares
};

}  // namespace nugan
