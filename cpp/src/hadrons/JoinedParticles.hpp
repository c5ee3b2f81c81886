#pragma once

#include <cstddef>
#include <mutex>
#include <nugan/Particles.hpp>
#include <utility>
#include <vector>

namespace nugan {

/// Puts the particles of blocks of events, which come in any order, one after the other.
///
/// Blocks that have been appended lend their memory to those that come: no more lie about than there are
/// threads, as a rule.
class JoinedParticles {
 public:
  JoinedParticles(std::size_t blocks, std::size_t events) : waiting_(blocks) {
    // more than most have; memory that is not used costs nothing
    const std::size_t size = 8 * events;
    all_.offsets.reserve(events + 1);
    all_.offsets.push_back(0);
#define NUGAN_RESERVE(type, name, meaning) all_.name.reserve(size);
    NUGAN_PARTICLE_COLUMNS(NUGAN_RESERVE)
#undef NUGAN_RESERVE
  }

  /// An empty block, to be filled.
  Particles take() {
    const std::scoped_lock lock(mutex_);
    if (spare_.empty()) return {};
    Particles block = std::move(spare_.back());
    spare_.pop_back();
    return block;
  }

  /// The particles of a block of at least one event.
  void put(std::size_t block, Particles&& particles) {
    const std::scoped_lock lock(mutex_);
    waiting_[block] = std::move(particles);
    for (; next_ < waiting_.size() && !waiting_[next_].empty(); ++next_) append(waiting_[next_]);
  }

  /// All of them, once every block is there.
  Particles result() { return std::move(all_); }

 private:
  void append(Particles& block) {
    const auto start = all_.offsets.back();
    for (std::size_t i = 1; i < block.offsets.size(); ++i) all_.offsets.push_back(start + block.offsets[i]);
    block.offsets.clear();
#define NUGAN_APPEND(type, name, meaning)                                  \
  all_.name.insert(all_.name.end(), block.name.begin(), block.name.end()); \
  block.name.clear();
    NUGAN_PARTICLE_COLUMNS(NUGAN_APPEND)
#undef NUGAN_APPEND
    spare_.push_back(std::move(block));
    block = {};
  }

  std::mutex mutex_;
  Particles all_;
  std::vector<Particles> waiting_, spare_;
  std::size_t next_ = 0;
};

}  // namespace nugan
