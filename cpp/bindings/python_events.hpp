#pragma once

#include <pybind11/numpy.h>

#include <memory>
#include <nugan/EventsView.hpp>
#include <nugan/Replica.hpp>
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

/// Under this name Python's columns have the particles, as an awkward array
inline constexpr const char* particles_name = "particles";

/// The columns that are there. Particles come as a dict of their columns and `offsets`, which
/// nugan_hep.particles makes an awkward array of
inline Columns to_dict(nugan::Events&& events) {
  Columns columns;
  const auto rows = static_cast<pybind11::ssize_t>(events.size()),
             replicas = static_cast<pybind11::ssize_t>(events.replicas());
  nugan::for_stored_columns([&](const nugan::ColumnInfo& info, auto column) {
    if (!(events.*column).empty()) columns[info.name] = to_numpy(std::move(events.*column));
  });
  if (replicas > 0)
    columns[nugan::replica_weights_name] = to_numpy(std::move(events.wght_rep)).reshape({rows, replicas});
  if (auto& particles = events.particles; !particles.empty()) {
    pybind11::dict own;
    own["offsets"] = to_numpy(std::move(particles.offsets));
#define NUGAN_TAKE(type, name, meaning) own[#name] = to_numpy(std::move(particles.name));
    NUGAN_PARTICLE_COLUMNS(NUGAN_TAKE)
#undef NUGAN_TAKE
    columns[particles_name] = own;
  }
  return columns;
}
