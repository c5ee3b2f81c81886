#pragma once

#include <memory>
#include <nugan/EventTree.hpp>

namespace nugan {

std::unique_ptr<EventTree> make_gst(RunFacts facts, const EventsView& first);
std::unique_ptr<EventTree> make_rootracker(RunFacts facts, const EventsView& first);
std::unique_ptr<EventTree> make_nuisance(RunFacts facts, const EventsView& first);

}  // namespace nugan
