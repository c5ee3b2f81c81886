#pragma once

#include <memory>
#include <nugan/EventTree.hpp>

namespace nugan {

std::unique_ptr<EventTree> make_gst(RunFacts facts, const EventsView& first);
std::unique_ptr<EventTree> make_rootracker(RunFacts facts, const EventsView& first);
std::unique_ptr<EventTree> make_nuisance(RunFacts facts, const EventsView& first);

/// A format that is a tree.
struct TreeFormat {
  const char* name;
  std::unique_ptr<EventTree> (*make)(RunFacts, const EventsView&);
};

inline constexpr TreeFormat tree_formats[] = {
    {"gst", &make_gst},
    {"rootracker", &make_rootracker},
    {"nuisance", &make_nuisance},
};

}  // namespace nugan
