#include <nugan/Error.hpp>
#include <nugan/EventTree.hpp>
#include <utility>

#include "../text/joined.hpp"
#include "../text/message.hpp"
#include "Chunk.hpp"
#include "make_trees.hpp"

namespace nugan {

std::string Branch::leaf() const {
  std::string text = name;
  if (!counter.empty()) text += '[' + counter + ']';
  for (const std::size_t length : shape) text += '[' + std::to_string(length) + ']';
  if (letter != Branch::text && letter != bits) text += std::string("/") + letter;
  return text;
}

std::size_t Branch::element_bytes() const {
  std::size_t bytes = letter == 'D' ? 8 : letter == 'O' || letter == 'B' ? 1 : 4;
  for (const std::size_t length : shape) bytes *= length;
  return bytes;
}

Branch branch_of(const std::string& leaf, const char* meaning, bool late) {
  const auto slash = leaf.find('/');
  const auto names = leaf.substr(0, slash);
  Branch branch{.name = names.substr(0, names.find('[')),
                .letter = leaf.at(slash + 1),
                .meaning = meaning,
                .late = late};
  for (auto at = names.find('['); at != names.npos; at = names.find('[', at + 1)) {
    const auto length = names.substr(at + 1, names.find(']', at) - at - 1);
    if (length.find_first_not_of("0123456789") == length.npos)
      branch.shape.push_back(std::stoul(length));
    else
      branch.counter = length;
  }
  return branch;
}

EventTree::EventTree(std::string name, std::string title, std::int64_t cluster, RunFacts facts)
    : name_(std::move(name)), title_(std::move(title)), cluster_(cluster), facts_(std::move(facts)) {}

EventTree::~EventTree() = default;

TreeEnd EventTree::end(double, std::optional<double>) const {
  return {};
}

Chunk::Chunk(const EventsView& view, const RunFacts& facts, std::vector<EventKind>& known, bool wanted)
    : events(view), size(view.size()), has_particles(wanted), kinds(known) {
  events.check();
  if (events.particles.empty() == wanted && size > 0)
    throw Error("events with particles and events without: expected either in one file");
  if (has_particles && size > 0) {
    first_particle = static_cast<std::size_t>(events.particles.offsets[0]);
    particles = static_cast<std::size_t>(events.particles.offsets[size]) - first_particle;
  }
  // a run knows what events do not say
  const auto complete = [&](std::span<const std::int32_t>& column, std::vector<std::int32_t>& own,
                            int usual) {
    if (std::ranges::find(column, 0) == column.end()) return;
    own.assign(column.begin(), column.end());
    std::ranges::replace(own, 0, usual);
    column = own;
  };
  complete(events.neu, neu, facts.probe);
  complete(events.tgt, tgt, facts.target);
  std::pair<int, int> last{0, 0};
  std::uint32_t place = 0;
  const auto find = [&](int probe, int target) {
    if (last == std::pair(probe, target)) return place;
    const auto found = std::ranges::find_if(
        known, [&](const EventKind& k) { return k.process.probe == probe && k.process.target == target; });
    place = static_cast<std::uint32_t>(found - known.begin());
    if (found == known.end()) {
      known.push_back(facts.kind ? facts.kind(probe, target) : EventKind{});
      known.back().process.probe = probe;
      known.back().process.target = target;
    }
    last = {probe, target};
    return place;
  };
  if (size == 0) {
    only = find(facts.probe, facts.target);
    return;
  }
  const auto probe = [&](std::size_t i) { return events.neu.empty() ? facts.probe : events.neu[i]; };
  const auto target = [&](std::size_t i) { return events.tgt.empty() ? facts.target : events.tgt[i]; };
  only = find(probe(0), target(0));
  if (events.neu.empty() && events.tgt.empty()) return;
  for (std::size_t i = 1; i < size; ++i) {
    const auto other = find(probe(i), target(i));
    if (which.empty()) {
      if (other == only) continue;
      which.reserve(size);
      which.assign(i, only);
    }
    which.push_back(other);
  }
}

std::unique_ptr<EventTree> make_tree(const std::string& format, RunFacts facts, const EventsView& first) {
  std::vector<std::string> known;
  for (const TreeFormat& one : tree_formats) {
    if (format == one.name) return one.make(std::move(facts), first);
    known.emplace_back(one.name);
  }
  throw Error(message("format '", format, "' is no tree; expected one of ", joined(known)));
}

}  // namespace nugan
