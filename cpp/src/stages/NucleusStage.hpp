#pragma once

#include <nugan/Process.hpp>
#include <span>
#include <vector>

#include "Stage.hpp"

namespace nugan {

/// The nucleus of each event of a mixture, `tgt`, and of a beam of several flavours its neutrino, `neu`.
class NucleusStage : public Stage {
 public:
  /// @param parts   who meets whom
  /// @param shares  of each in the events; the sum is 1
  NucleusStage(std::vector<Process> parts, std::span<const double> shares);

  void operator()(Chunk& chunk) const override;

  /// Adds the events of each part among events from ... to - 1 of a seed to `counts`.
  void count(std::uint64_t seed, std::int64_t from, std::int64_t to, std::vector<std::int64_t>& counts) const;

  /// The part that an event is of.
  std::size_t which(std::uint64_t seed, std::int64_t event) const;

 private:
  std::vector<Process> parts_;
  std::vector<double> borders_;  ///< sums of the shares
  bool several_flavours_;
  bool several_nuclei_;
};

}  // namespace nugan
