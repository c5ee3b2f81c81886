#pragma once

#include <cstdint>
#include <nugan/Events.hpp>

namespace nugan {

/// Events first, first + 1, ... of a seed on their way through the stages: nucleus, energy, lepton, hadrons,
/// beam.
struct Chunk {
  std::uint64_t seed;
  std::int64_t first;
  Events events{};

  std::int64_t size() const { return static_cast<std::int64_t>(events.size()); }
};

/// A step in the making of events, such as their energies or their leptons.
///
/// What it fills in for an event follows from the seed, the number of the event and what the stages before
/// filled in: never from the size of the chunk, from other events or from the number of threads.
class Stage {
 public:
  virtual ~Stage() = default;

  /// Fills in its part of all events of a chunk.
  /// @throws Error for an event that is unphysical
  virtual void operator()(Chunk& chunk) const = 0;

  /// Bytes that it adds to an event, as a rule, beside the columns that every event has.
  virtual std::uint64_t event_bytes() const { return 0; }
};

}  // namespace nugan
