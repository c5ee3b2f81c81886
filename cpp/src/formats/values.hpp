#pragma once

#include <array>
#include <memory>
#include <nugan/EventTree.hpp>
#include <span>
#include <utility>
#include <vector>

namespace nugan {

/// Numbers that lie in the events, one for each.
template <class T>
BranchValues lent(std::span<const T> numbers) {
  return {.data = reinterpret_cast<const std::byte*>(numbers.data()), .step = sizeof(T)};
}

/// The values of all entries that are the same: `count` elements of `width` numbers each.
template <class T>
BranchValues always(std::vector<T> numbers, std::size_t count = 1) {
  auto owner = std::make_shared<const std::vector<T>>(std::move(numbers));
  const auto* data = reinterpret_cast<const std::byte*>(owner->data());
  return {.data = data, .step = 0, .count = count, .owner = std::move(owner)};
}

template <class T>
BranchValues always(T number) {
  return always(std::vector<T>{number});
}

/// Numbers made for the branch, `width` for each entry in `count` elements.
template <class T>
BranchValues made(std::vector<T> numbers, std::size_t width = 1, std::size_t count = 1) {
  auto owner = std::make_shared<const std::vector<T>>(std::move(numbers));
  const auto* data = reinterpret_cast<const std::byte*>(owner->data());
  return {.data = data, .step = width * sizeof(T), .count = count, .owner = std::move(owner)};
}

/// f(i) of each entry.
template <class T, class F>
BranchValues each(std::size_t entries, const F& f) {
  std::vector<T> numbers(entries);
  for (std::size_t i = 0; i < entries; ++i) numbers[i] = static_cast<T>(f(i));
  return made(std::move(numbers));
}

/// Elements of entries that have different numbers of them: those of all entries, one after the other.
template <class T>
BranchValues ragged(std::span<const T> numbers, std::span<const std::int64_t> offsets) {
  return {.data = reinterpret_cast<const std::byte*>(numbers.data()), .offsets = offsets};
}

/// The same, made for the branch.
template <class T>
BranchValues ragged(std::vector<T> numbers, std::span<const std::int64_t> offsets) {
  BranchValues values = made(std::move(numbers));
  values.step = 0;
  values.offsets = offsets;
  return values;
}

/// The same with offsets that were made for several branches.
template <class T>
BranchValues ragged(std::vector<T> numbers, std::shared_ptr<const std::vector<std::int64_t>> offsets) {
  BranchValues values = ragged(std::move(numbers), std::span(*offsets));
  auto both = std::make_shared<const std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>>(
      std::move(values.owner), std::move(offsets));
  values.owner = std::move(both);
  return values;
}

}  // namespace nugan
