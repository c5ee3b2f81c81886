#pragma once

#include <nugan/Error.hpp>
#include <nugan/Replica.hpp>
#include <string>
#include <utility>
#include <vector>

#include "Chunk.hpp"

namespace nugan {

/// A tree that is a list of lines; C is Chunk, or made of one, with what several lines need.
template <class C>
class LineTree : public EventTree {
 public:
  /// @param first  events of which only is looked at what they have: particles, replicas
  LineTree(std::string name, std::string title, std::int64_t cluster, RunFacts facts, const EventsView& first)
      : EventTree(std::move(name), std::move(title), cluster, std::move(facts)),
        particles_(!first.particles.empty()),
        replicas_(first.replicas()) {}

  bool has_particles() const { return particles_; }

  void add(std::span<const Line<C>> lines) {
    for (const Line<C>& line : lines) {
      branches_.push_back(branch_of(line.leaf, line.meaning, line.values == nullptr));
      lines_.push_back(line.values);
    }
  }

  /// The branch of the weights of replicas, where the events have them.
  void add_replicas() {
    if (replicas_ == 0) return;
    const auto leaf = std::string(replica_weights_name) + '[' + std::to_string(replicas_) + "]/F";
    const Line<C> lines[] = {
        {leaf.c_str(), "weights of the replicas, beside the event's weight", [](const C& c) {
           const auto weights = c.events.wght_rep;
           return BranchValues{.data = reinterpret_cast<const std::byte*>(weights.data()),
                               .step = c.events.replicas() * sizeof(float)};
         }}};
    add(lines);
  }

  std::vector<BranchValues> values(const EventsView& events) override {
    const C chunk(events, facts_, known_, particles_);
    if (chunk.size > 0 && events.replicas() != replicas_)
      throw Error("events with " + std::to_string(events.replicas()) + " replicas after events with " +
                  std::to_string(replicas_) + ": expected as many in one file");
    std::vector<BranchValues> found;
    found.reserve(lines_.size());
    for (const auto& line : lines_) found.push_back(line ? line(chunk) : BranchValues{});
    return found;
  }

 protected:
  std::vector<EventKind> known_{};

 private:
  bool particles_;
  std::size_t replicas_;
  std::vector<BranchValues (*)(const C&)> lines_{};
};

}  // namespace nugan
