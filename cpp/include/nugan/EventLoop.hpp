#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <nugan/Error.hpp>
#include <nugan/Events.hpp>
#include <utility>

namespace nugan {

/// Events one by one, drawn in chunks as the loop goes on.
///
///     for (const nugan::Event& event : sampler.events(1'000'000)) ...
///
/// The range can be gone through once at a time; begin() starts again with the first event. What the chunks
/// are does not change the events. Errors of the drawing come out of begin() and ++.
class EventLoop {
 public:
  /// Gives events first ... first + n - 1.
  using Draw = std::function<Events(std::int64_t first, std::int64_t n)>;

  /// Events that are drawn at once.
  static constexpr std::int64_t usual_chunk = 16384;

  /// Events first ... first + n - 1, in chunks of so many.
  EventLoop(Draw draw, std::int64_t n, std::int64_t first = 0, std::int64_t chunk = usual_chunk)
      : draw_(std::move(draw)), first_(first), end_(first + n), chunk_(chunk) {}

  /// An input iterator: all of a loop stand at the same event, which ++ replaces.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Event;
    using difference_type = std::ptrdiff_t;
    using pointer = const Event*;
    using reference = const Event&;

    explicit Iterator(EventLoop& loop) : loop_(&loop) {}
    const Event& operator*() const { return loop_->event_; }
    const Event* operator->() const { return &loop_->event_; }
    Iterator& operator++() {
      loop_->next();
      return *this;
    }
    void operator++(int) { loop_->next(); }
    bool operator==(std::default_sentinel_t) const { return loop_->done(); }

   private:
    EventLoop* loop_;
  };

  /// Draws the first chunk.
  Iterator begin() {
    number_ = first_;
    if (!done()) refill();
    return Iterator(*this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  bool done() const { return number_ >= end_; }
  void next() {
    ++number_;
    if (done()) return;
    if (++row_ < events_.size()) {
      event_ = events_[row_];
    } else {
      refill();
    }
  }
  void refill() {
    events_ = draw_(number_, std::min(chunk_, end_ - number_));
    if (events_.size() == 0) throw Error("event loop: the drawing gave no events, expected at least one");
    row_ = 0;
    event_ = events_[0];
  }

  Draw draw_;
  std::int64_t first_, end_, chunk_;
  std::int64_t number_ = 0;
  std::size_t row_ = 0;
  Events events_;
  Event event_{};
};

}  // namespace nugan
