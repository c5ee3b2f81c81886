#pragma once

#include <cstddef>
#include <cstring>
#include <nugan/EventTree.hpp>
#include <string>
#include <vector>

namespace nugan::root {

/// The memory of one entry of a tree, which goes through the values of a chunk.
class Entries {
 public:
  explicit Entries(const std::vector<Branch>& branches) : branches_(branches), memory_(branches.size()) {
    for (std::size_t k = 0; k < branches.size(); ++k) memory_[k].resize(branches[k].element_bytes());
  }

  /// Where a branch's numbers of the current entry lie.
  void* address(std::size_t branch) { return memory_[branch].data(); }

  /// Elements of a branch in the current entry.
  std::size_t count(std::size_t branch) const { return counts_[branch]; }

  /// Begins a chunk; calls moved(k) of each branch whose memory has a new place.
  template <class Moved>
  void begin(const std::vector<BranchValues>& values, std::size_t entries, const Moved& moved) {
    values_ = &values;
    entry_ = 0;
    moving_.clear();
    ragged_.clear();
    texts_ = nullptr;
    counts_.assign(values.size(), 1);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const auto& one = values[k];
      if (!one.texts.empty()) texts_ = &one;
      if (!one.data) continue;
      const std::size_t element = branches_[k].element_bytes();
      std::size_t most = one.count;
      for (std::size_t i = 0; i + 1 < one.offsets.size() && i < entries; ++i)
        most = std::max(most, static_cast<std::size_t>(one.offsets[i + 1] - one.offsets[i]));
      if (most * element > memory_[k].size()) {
        memory_[k].resize(most * element);
        moved(k);
      }
      counts_[k] = one.count;
      if (!one.offsets.empty())
        ragged_.push_back(k);
      else if (one.step != 0)
        moving_.push_back({memory_[k].data(), one.data, one.step, one.count * element});
      else
        std::memcpy(memory_[k].data(), one.data, one.count * element);
    }
  }

  /// Goes to the next entry; the text of it, if the tree has a branch of texts.
  const std::string* next() {
    for (const auto& [to, from, step, bytes] : moving_) copy(to, from + entry_ * step, bytes);
    for (const std::size_t k : ragged_) {
      const auto& one = (*values_)[k];
      const std::size_t element = branches_[k].element_bytes();
      const auto first = static_cast<std::size_t>(one.offsets[entry_] - one.offsets[0]);
      counts_[k] = static_cast<std::size_t>(one.offsets[entry_ + 1] - one.offsets[entry_]);
      if (counts_[k] > 0) std::memcpy(memory_[k].data(), one.data + first * element, counts_[k] * element);
    }
    const std::size_t i = entry_++;
    if (!texts_) return nullptr;
    return &texts_->texts[texts_->which.empty() ? 0 : texts_->which[i]];
  }

 private:
  struct Moving {
    std::byte* to;
    const std::byte* from;
    std::size_t step, bytes;
  };

  // most are of these sizes, for which there is an instruction
  static void copy(std::byte* to, const std::byte* from, std::size_t bytes) {
    if (bytes == 4)
      std::memcpy(to, from, 4);
    else if (bytes == 8)
      std::memcpy(to, from, 8);
    else
      std::memcpy(to, from, bytes);
  }

  const std::vector<Branch>& branches_;
  std::vector<std::vector<std::byte>> memory_;
  std::vector<Moving> moving_;
  std::vector<std::size_t> ragged_, counts_;
  const std::vector<BranchValues>* values_ = nullptr;
  const BranchValues* texts_ = nullptr;
  std::size_t entry_ = 0;
};

}  // namespace nugan::root
