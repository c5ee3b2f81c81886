#pragma once

#include <cstdint>
#include <memory>
#include <nugan/EventTree.hpp>
#include <span>
#include <vector>

#include "values.hpp"

namespace nugan {

/// The particles that leave the nuclei of some events, status 1.
struct Leaving {
  Leaving() = default;

  /// @param lepton  whether the leptons are among them
  Leaving(const ParticlesView& particles, std::size_t events, bool lepton);

  /// Those of event i, as places among all particles.
  std::span<const std::size_t> of(std::size_t i) const;

  /// How many each event has.
  BranchValues counts() const;

  /// f(place, event) of each.
  template <class T, class F>
  BranchValues each(const F& f) const {
    std::vector<T> numbers(place.size());
    for (std::size_t j = 0; j < numbers.size(); ++j) numbers[j] = static_cast<T>(f(place[j], event[j]));
    return ragged(std::move(numbers), offsets);
  }

  std::vector<std::size_t> place{}, event{};
  std::shared_ptr<const std::vector<std::int64_t>> offsets{};  ///< of events in `place`
};

}  // namespace nugan
