#pragma once

#include <nugan/Events.hpp>

namespace nugan::root {

/// Calls visit(name, value, meaning) for each column of an event, in the order of files.
template <class Visit>
void for_columns(Event& event, const Visit& visit) {
  for_all_columns(
      [&](const ColumnInfo& info, auto, auto value) { visit(info.name, event.*value, info.meaning); });
}

/// A row of the table gst; probe and target are those of events without such columns.
inline Event complete(Event event, int probe, int target) {
  if (event.neu == 0) event.neu = probe;
  if (event.tgt == 0) event.tgt = target;
  derive(event);
  return event;
}

}  // namespace nugan::root
