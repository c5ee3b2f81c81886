#include "Leaving.hpp"

namespace nugan {

Leaving::Leaving(const ParticlesView& particles, std::size_t events, bool lepton) {
  auto ends = std::make_shared<std::vector<std::int64_t>>(1, 0);
  for (std::size_t i = 0; i < events; ++i) {
    const auto begin = static_cast<std::size_t>(particles.offsets[i]),
               end = static_cast<std::size_t>(particles.offsets[i + 1]);
    for (std::size_t k = begin; k < end; ++k)
      if (particles.status[k] == Particle::final && (lepton || k - begin != lepton_place)) {
        place.push_back(k);
        event.push_back(i);
      }
    ends->push_back(std::ssize(place));
  }
  offsets = std::move(ends);
}

std::span<const std::size_t> Leaving::of(std::size_t i) const {
  const auto first = static_cast<std::size_t>((*offsets)[i]),
             last = static_cast<std::size_t>((*offsets)[i + 1]);
  return std::span(place).subspan(first, last - first);
}

BranchValues Leaving::counts() const {
  std::vector<std::int32_t> numbers(offsets->size() - 1);
  for (const std::size_t i : event) ++numbers[i];
  return made(std::move(numbers));
}

}  // namespace nugan
