#include "NucleusStage.hpp"

#include <algorithm>
#include <numeric>

#include "../random/streams.hpp"

namespace nugan {

NucleusStage::NucleusStage(std::vector<Process> parts, std::span<const double> shares)
    : parts_(std::move(parts)) {
  std::partial_sum(shares.begin(), shares.end() - 1, std::back_inserter(borders_));
  const auto differ = [this](auto member) {
    return std::ranges::any_of(parts_, [&](const Process& one) { return one.*member != parts_[0].*member; });
  };
  several_flavours_ = differ(&Process::probe);
  several_nuclei_ = differ(&Process::target);
}

void NucleusStage::operator()(Chunk& chunk) const {
  auto& events = chunk.events;
  if (several_nuclei_) events.tgt.resize(events.size());
  if (several_flavours_) events.neu.resize(events.size());
  for (std::int64_t i = 0; i < chunk.size(); ++i) {
    const Process& part = parts_[which(chunk.seed, chunk.first + i)];
    const auto row = static_cast<std::size_t>(i);
    if (several_nuclei_) events.tgt[row] = part.target;
    if (several_flavours_) events.neu[row] = part.probe;
  }
}

void NucleusStage::count(std::uint64_t seed, std::int64_t from, std::int64_t to,
                         std::vector<std::int64_t>& counts) const {
  for (std::int64_t event = from; event < to; ++event) ++counts[which(seed, event)];
}

std::size_t NucleusStage::which(std::uint64_t seed, std::int64_t event) const {
  const double u = Stream(seed, Stream::nucleus)(event)[0];
  return static_cast<std::size_t>(std::ranges::upper_bound(borders_, u) - borders_.begin());
}

}  // namespace nugan
