#pragma once

#include <cstddef>
#include <cstdint>
#include <ranges>
#include <vector>

/// The columns of particles, the one list of them: type, name, meaning.
#define NUGAN_PARTICLE_COLUMNS(COLUMN)                                                                    \
  COLUMN(std::int32_t, pdg, "PDG number; of a nucleus 10LZZZAAAI, of free hydrogen 2212")                 \
  COLUMN(std::int32_t, status, "0 initial, 1 final (leaves the nucleus), 15 nucleus that is left behind") \
  COLUMN(std::int32_t, mother, "place of the first mother in the event, -1 of the initial ones")          \
  COLUMN(double, px, "momentum, x [GeV]")                                                                 \
  COLUMN(double, py, "momentum, y [GeV]")                                                                 \
  COLUMN(double, pz, "momentum, z [GeV]")                                                                 \
  COLUMN(double, E, "total energy [GeV]")

namespace nugan {

/// One particle of an event; see NUGAN_PARTICLE_COLUMNS.
struct Particle {
#define NUGAN_MEMBER(type, name, meaning) type name{};
  NUGAN_PARTICLE_COLUMNS(NUGAN_MEMBER)
#undef NUGAN_MEMBER

  /// GENIE's numbers of `status`.
  enum Status : std::int32_t { initial = 0, final = 1, remnant = 15 };
};

/// The particles of events, one event's after the other's, as columns.
///
/// An event's begin with the neutrino, the target nucleus at rest and the lepton that leaves; then come the
/// hadrons that leave the nucleus and what is left of it. Their four-momenta are those of the events'
/// columns. There are none where the model has no hadrons.
struct Particles {
  std::vector<std::int64_t> offsets{};  ///< [events + 1], the first is 0; empty where there are no particles
#define NUGAN_MEMBER(type, name, meaning) std::vector<type> name{};
  NUGAN_PARTICLE_COLUMNS(NUGAN_MEMBER)
#undef NUGAN_MEMBER

  /// Whether the events have no particles at all.
  bool empty() const { return offsets.empty(); }

  /// A particle by its place among those of all events.
  Particle operator[](std::size_t k) const {
    return {
#define NUGAN_GET(type, name, meaning) .name = name[k],
        NUGAN_PARTICLE_COLUMNS(NUGAN_GET)
#undef NUGAN_GET
    };
  }

  /// Appends a particle of the event that the next end_event() ends.
  void push_back(const Particle& particle) {
#define NUGAN_ADD(type, name, meaning) name.push_back(particle.name);
    NUGAN_PARTICLE_COLUMNS(NUGAN_ADD)
#undef NUGAN_ADD
  }

  /// Ends an event: what was appended since the last end is its own.
  void end_event() {
    if (offsets.empty()) offsets.push_back(0);
    offsets.push_back(static_cast<std::int64_t>(pdg.size()));
  }

  /// The particles from one place to before another, as a view of which `for` and [k] give Particle.
  auto between(std::size_t first, std::size_t last) const {
    return std::views::iota(first, last) |
           std::views::transform([this](std::size_t k) { return (*this)[k]; });
  }

  /// Those of an event.
  auto of_event(std::size_t i) const {
    return between(static_cast<std::size_t>(offsets[i]), static_cast<std::size_t>(offsets[i + 1]));
  }
};

/// The first particles of every event.
inline constexpr std::size_t neutrino_place = 0, target_place = 1, lepton_place = 2;

}  // namespace nugan
