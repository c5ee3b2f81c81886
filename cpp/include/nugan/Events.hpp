#pragma once

#include <cstddef>
#include <cstdint>
#include <nugan/Particles.hpp>
#include <nugan/columns.hpp>
#include <span>
#include <vector>

namespace nugan {

/// One event, for loops: a value of every column, see NUGAN_COLUMNS, and its particles. `neu` and `tgt` are 0
/// where the events have no such column.
struct Event {
#define NUGAN_MEMBER(type, name, where, otherwise, meaning) type name{};
#define NUGAN_DERIVED_MEMBER(type, name, value, meaning) type name{};
  NUGAN_COLUMNS(NUGAN_MEMBER, NUGAN_DERIVED_MEMBER)
#undef NUGAN_MEMBER
#undef NUGAN_DERIVED_MEMBER

  /// Its weights of the replicas, see Events::wght_rep. A view as that of particles().
  std::span<const float> wght_rep{};

  /// Its particles, in the order of Particles; none where the model has no hadrons. The view is of the Events
  /// that the event is from, which must outlive it.
  auto particles() const { return own.of->between(own.first, own.last); }

  /// Where they lie.
  struct Own {
    static inline const Particles none{};
    const Particles* of = &none;
    std::size_t first = 0, last = 0;
  };
  Own own{};
};

/// Sets the columns of an event that follow from others.
inline void derive(Event& event) {
#define NUGAN_NOTHING(type, name, where, otherwise, meaning)
#define NUGAN_DERIVE(type, name, value, meaning) event.name = value;
  NUGAN_COLUMNS(NUGAN_NOTHING, NUGAN_DERIVE)
#undef NUGAN_NOTHING
#undef NUGAN_DERIVE
}

/// Events as columns of equal length, named as in the GENIE gst tree; optional ones may be empty. The
/// neutrino flies along z, unless there are columns that say where it flies.
///
/// Energies and momenta in GeV, angles in rad, Q2 in GeV². W is undefined_w where W² < 0.
struct Events {
#define NUGAN_MEMBER(type, name, where, otherwise, meaning) ColumnValues<type> name{};
#define NUGAN_NOTHING(type, name, value, meaning)
  NUGAN_COLUMNS(NUGAN_MEMBER, NUGAN_NOTHING)
#undef NUGAN_MEMBER
#undef NUGAN_NOTHING

  /// What takes part in each event, and leaves it; empty where the model has no hadrons.
  Particles particles{};

  /// Weights of the replicas, [events, replicas()], beside `wght`: an event of a replica counts
  /// wght * wght_rep. Empty where none were asked for, see Sampler::with_replicas.
  std::vector<float> wght_rep{};

  /// Number of replicas.
  std::size_t replicas() const { return iev.empty() ? 0 : wght_rep.size() / iev.size(); }

  /// Number of events.
  std::size_t size() const { return iev.size(); }

  /// An event, with the columns that are there and the usual values in place of others.
  Event operator[](std::size_t i) const {
    Event event;
#define NUGAN_GET(type, name, where, otherwise, meaning)   \
  if (Where::where == Where::drawn || !this->name.empty()) \
    event.name = static_cast<type>(this->name[i]);         \
  else                                                     \
    event.name = static_cast<type>(otherwise);
#define NUGAN_DERIVE(type, name, value, meaning) event.name = value;
    NUGAN_COLUMNS(NUGAN_GET, NUGAN_DERIVE)
#undef NUGAN_GET
#undef NUGAN_DERIVE
    event.wght_rep = std::span(wght_rep).subspan(i * replicas(), replicas());
    if (!particles.empty()) {
      event.own = {.of = &particles,
                   .first = static_cast<std::size_t>(particles.offsets[i]),
                   .last = static_cast<std::size_t>(particles.offsets[i + 1])};
    }
    return event;
  }

  /// Appends an event that a loop picked out, to the columns that there are; the first one makes them all.
  void push_back(const Event& event) {
    const bool begins = iev.empty();
    // copied, for they may be of these events
    const std::vector<float> replica_weights(event.wght_rep.begin(), event.wght_rep.end());
    if (begins || !wght_rep.empty())
      wght_rep.insert(wght_rep.end(), replica_weights.begin(), replica_weights.end());
#define NUGAN_ADD(type, name, where, otherwise, meaning) \
  if (begins || !this->name.empty()) this->name.push_back(event.name);
#define NUGAN_NOTHING(type, name, value, meaning)
    NUGAN_COLUMNS(NUGAN_ADD, NUGAN_NOTHING)
#undef NUGAN_ADD
#undef NUGAN_NOTHING
    if (begins ? event.own.first == event.own.last : particles.empty()) return;
    for (const Particle& particle : event.particles()) particles.push_back(particle);
    particles.end_event();
  }
};

/// Calls visit(info, &Events::name, &Event::name) for each stored column and visit(info, nullptr,
/// &Event::name) for each that is derived, in the order of files.
template <class Visit>
constexpr void for_all_columns(const Visit& visit) {
#define NUGAN_VISIT(type, name, where, otherwise, meaning) \
  visit(ColumnInfo{#name, Where::where, meaning}, &Events::name, &Event::name);
#define NUGAN_VISIT_DERIVED(type, name, value, meaning) \
  visit(ColumnInfo{#name, Where::derived, meaning}, nullptr, &Event::name);
  NUGAN_COLUMNS(NUGAN_VISIT, NUGAN_VISIT_DERIVED)
#undef NUGAN_VISIT
#undef NUGAN_VISIT_DERIVED
}

/// The same for the stored columns alone, as visit(info, &Events::name).
template <class Visit>
constexpr void for_stored_columns(const Visit& visit) {
#define NUGAN_VISIT(type, name, where, otherwise, meaning) \
  visit(ColumnInfo{#name, Where::where, meaning}, &Events::name);
#define NUGAN_NOTHING(type, name, value, meaning)
  NUGAN_COLUMNS(NUGAN_VISIT, NUGAN_NOTHING)
#undef NUGAN_VISIT
#undef NUGAN_NOTHING
}

}  // namespace nugan
