#pragma once

#include <cstdint>
#include <nugan/EventTree.hpp>
#include <nugan/imbalance.hpp>
#include <vector>

namespace nugan {

/// Events of a tree with what is known of their kinds: the pairs of neutrino and nucleus.
struct Chunk {
  /// Finds the kinds, asking `facts` for those that are not yet in `known`.
  /// @param wanted  whether the tree has particles
  /// @throws Error where the events have none, or the other way round
  Chunk(const EventsView& events, const RunFacts& facts, std::vector<EventKind>& known, bool wanted);

  EventsView events;
  std::size_t size;
  bool has_particles;
  const std::vector<EventKind>& kinds;
  std::uint32_t only = 0;                  ///< the kind of all events, where `which` is empty
  std::vector<std::uint32_t> which{};      ///< the kind of each event
  std::vector<std::int32_t> neu{}, tgt{};  ///< what stands in for columns that are partly 0

  std::size_t first_particle = 0, particles = 0;  ///< place of the first, and their number

  /// A column of the particles of these events.
  template <class T>
  std::span<const T> of_particles(std::span<const T> column) const {
    return column.subspan(first_particle, particles);
  }

  /// The momentum of the particle at a place.
  FourMomentum momentum(std::size_t k) const {
    const auto& p = events.particles;
    return {p.px[k], p.py[k], p.pz[k], p.E[k]};
  }

  /// The momentum of event i's neutrino.
  FourMomentum neutrino(std::size_t i) const {
    return momentum(static_cast<std::size_t>(events.particles.offsets[i]) + neutrino_place);
  }

  const EventKind& kind(std::size_t i) const { return kinds[which.empty() ? only : which[i]]; }

  /// f(kind) of each event; one value where they are of one kind.
  template <class T, class F>
  BranchValues by_kind(const F& f) const;
};

}  // namespace nugan

#include "values.hpp"

namespace nugan {

template <class T, class F>
BranchValues Chunk::by_kind(const F& f) const {
  if (which.empty()) return always(static_cast<T>(f(kinds[only])));
  std::vector<T> of_kind;
  for (const auto& one : kinds) of_kind.push_back(static_cast<T>(f(one)));
  return each<T>(size, [&](std::size_t i) { return of_kind[which[i]]; });
}

/// A tree that is a list of lines: a leaf, what it means, and its values of a chunk, an object of type C.
template <class C>
struct Line {
  const char* leaf;
  const char* meaning;
  BranchValues (*values)(const C&);  ///< null of a late branch
};

/// The branch of a leaf list such as "StdHepP4[StdHepN][4]/D"; without a letter a text.
Branch branch_of(const std::string& leaf, const char* meaning, bool late);

}  // namespace nugan
