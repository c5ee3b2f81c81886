#include "NucleusStage.hpp"

#include <algorithm>
#include <numeric>

#include "../random/streams.hpp"

namespace nugan {

NucleusStage::NucleusStage(std::vector<int> nuclei, std::span<const double> shares)
    : nuclei_(std::move(nuclei)) {
  std::partial_sum(shares.begin(), shares.end() - 1, std::back_inserter(borders_));
}

void NucleusStage::operator()(Chunk& chunk) const {
  chunk.events.tgt.resize(chunk.events.size());
  for (std::int64_t i = 0; i < chunk.size(); ++i)
    chunk.events.tgt[static_cast<std::size_t>(i)] = nuclei_[which(chunk.seed, chunk.first + i)];
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
