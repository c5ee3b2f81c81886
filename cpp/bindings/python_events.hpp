#pragma once

#include <pybind11/numpy.h>

#include <memory>
#include <nugan/Events.hpp>
#include <utility>
#include <vector>

#include "python_types.hpp"

/// NumPy takes the column over, nothing is copied
template <class T>
pybind11::array_t<T> to_numpy(std::vector<T>&& column) {
  auto owner = std::make_unique<std::vector<T>>(std::move(column));
  const auto& values = *owner;
  const pybind11::capsule base(owner.release(), [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return pybind11::array_t<T>(static_cast<pybind11::ssize_t>(values.size()), values.data(), base);
}

/// The columns that are there
inline Columns to_dict(nugan::Events&& events) {
  Columns columns;
  nugan::for_stored_columns([&](const nugan::ColumnInfo& info, auto column) {
    if (!(events.*column).empty()) columns[info.name] = to_numpy(std::move(events.*column));
  });
  return columns;
}
