#pragma once

#include <string>
#include <utility>
#include <vector>

#include "Chunk.hpp"

namespace nugan {

/// A tree that is a list of lines; C is Chunk, or made of one, with what several lines need.
template <class C>
class LineTree : public EventTree {
 public:
  LineTree(std::string name, std::string title, std::int64_t cluster, RunFacts facts, bool particles)
      : EventTree(std::move(name), std::move(title), cluster, std::move(facts)), particles_(particles) {}

  void add(std::span<const Line<C>> lines) {
    for (const Line<C>& line : lines) {
      branches_.push_back(branch_of(line.leaf, line.meaning, line.values == nullptr));
      lines_.push_back(line.values);
    }
  }

  std::vector<BranchValues> values(const EventsView& events) override {
    const C chunk(events, facts_, known_, particles_);
    std::vector<BranchValues> found;
    found.reserve(lines_.size());
    for (const auto& line : lines_) found.push_back(line ? line(chunk) : BranchValues{});
    return found;
  }

 protected:
  std::vector<EventKind> known_{};

 private:
  bool particles_;
  std::vector<BranchValues (*)(const C&)> lines_{};
};

}  // namespace nugan
