#pragma once

#include <cstddef>
#include <cstdint>
#include <nugan/Error.hpp>
#include <nugan/Events.hpp>
#include <span>
#include <string>
#include <vector>

namespace nugan {

/// Particles of some events, as spans; see Particles.
struct ParticlesView {
  std::span<const std::int64_t> offsets{};  ///< [events + 1], or empty; the first need not be 0
#define NUGAN_MEMBER(type, name, meaning) std::span<const type> name{};
  NUGAN_PARTICLE_COLUMNS(NUGAN_MEMBER)
#undef NUGAN_MEMBER

  bool empty() const { return offsets.empty(); }
};

/// Events that lie elsewhere, in Events or in NumPy's arrays: a span for each stored column, empty where the
/// events have no such column.
struct EventsView {
#define NUGAN_MEMBER(type, name, where, otherwise, meaning) \
  std::span<const ColumnValues<type>::value_type> name{};
#define NUGAN_NOTHING(type, name, value, meaning)
  NUGAN_COLUMNS(NUGAN_MEMBER, NUGAN_NOTHING)
#undef NUGAN_MEMBER
#undef NUGAN_NOTHING
  ParticlesView particles{};
  std::span<const float> wght_rep{};  ///< [events, replicas()], see Events

  EventsView() = default;

  /// All of some events, which must outlive the view.
  EventsView(const Events& events)  // NOLINT(google-explicit-constructor): a view, as std::span is
  {
#define NUGAN_COPY(type, name, where, otherwise, meaning) name = events.name;
#define NUGAN_NOTHING(type, name, value, meaning)
    NUGAN_COLUMNS(NUGAN_COPY, NUGAN_NOTHING)
#undef NUGAN_COPY
#undef NUGAN_NOTHING
    wght_rep = events.wght_rep;
    particles.offsets = events.particles.offsets;
#define NUGAN_COPY(type, name, meaning) particles.name = events.particles.name;
    NUGAN_PARTICLE_COLUMNS(NUGAN_COPY)
#undef NUGAN_COPY
  }

  std::size_t size() const { return Ev.size(); }

  /// Number of replicas; 0 of no events.
  std::size_t replicas() const { return iev.empty() ? 0 : wght_rep.size() / iev.size(); }

  /// @throws Error for a column that all events have and these have not, or of another length
  void check() const {
#define NUGAN_CHECK(type, name, where, otherwise, meaning)                                    \
  if ((Where::where == Where::drawn || !name.empty()) && name.size() != iev.size())           \
    throw Error("column " #name " has " + std::to_string(name.size()) + " events, iev has " + \
                std::to_string(iev.size()));
#define NUGAN_NOTHING(type, name, value, meaning)
    NUGAN_COLUMNS(NUGAN_CHECK, NUGAN_NOTHING)
#undef NUGAN_CHECK
#undef NUGAN_NOTHING
    if (wght_rep.size() != iev.size() * replicas())
      throw Error("column wght_rep has " + std::to_string(wght_rep.size()) + " numbers, not a multiple of " +
                  std::to_string(iev.size()) + " events");
  }

  /// Events first ... first + n - 1 of these.
  EventsView part(std::size_t first, std::size_t n) const {
    EventsView view = *this;
#define NUGAN_CUT(type, name, where, otherwise, meaning) \
  if (!name.empty()) view.name = name.subspan(first, n);
#define NUGAN_NOTHING(type, name, value, meaning)
    NUGAN_COLUMNS(NUGAN_CUT, NUGAN_NOTHING)
#undef NUGAN_CUT
#undef NUGAN_NOTHING
    view.wght_rep = wght_rep.subspan(first * replicas(), n * replicas());
    if (!particles.empty()) view.particles.offsets = particles.offsets.subspan(first, n + 1);
    return view;
  }
};

}  // namespace nugan
