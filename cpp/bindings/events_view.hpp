#pragma once

#include <pybind11/numpy.h>

#include <nugan/Error.hpp>
#include <nugan/EventsView.hpp>
#include <string>

#include "python_events.hpp"

/// Events that lie in NumPy's arrays; no array is copied that has the column's type already.
class NumpyEvents {
 public:
  /// @param columns  a dict of arrays [n] by the names of columns, other names are passed over; under
  ///     "particles" the dict of to_dict(), under "wght_rep" an array [n, replicas]
  explicit NumpyEvents(const pybind11::dict& columns) {
#define NUGAN_TAKE(type, name, where, otherwise, meaning) take<type>(columns, #name, view_.name);
#define NUGAN_NOTHING(type, name, value, meaning)
    NUGAN_COLUMNS(NUGAN_TAKE, NUGAN_NOTHING)
#undef NUGAN_TAKE
#undef NUGAN_NOTHING
    take<float>(columns, nugan::replica_weights_name, view_.wght_rep, true, 2);
    if (!columns.contains(particles_name)) return;
    const auto own = columns[particles_name].cast<pybind11::dict>();
    auto& particles = view_.particles;
    take<std::int64_t>(own, "offsets", particles.offsets, false);
#define NUGAN_TAKE(type, name, meaning) take<type>(own, #name, particles.name, false);
    NUGAN_PARTICLE_COLUMNS(NUGAN_TAKE)
#undef NUGAN_TAKE
    check_particles();
  }

  const nugan::EventsView& view() const { return view_; }

  /// What keeps the arrays alive
  const pybind11::list& arrays() const { return arrays_; }

 private:
  template <class T, class Stored>
  void take(const pybind11::dict& columns, const char* name, std::span<const Stored>& column,
            bool of_events = true, pybind11::ssize_t dimensions = 1) {
    if (!columns.contains(name)) return;
    const auto array =
        pybind11::array_t<T, pybind11::array::c_style | pybind11::array::forcecast>::ensure(columns[name]);
    if (!array) throw pybind11::error_already_set();
    const auto size = static_cast<std::size_t>(array.size());
    if (array.ndim() != dimensions || (of_events && rows_ >= 0 && array.shape(0) != rows_))
      throw nugan::Error(std::string("column ") + name + ": expected " +
                         (dimensions == 1 ? "one dimension" : "two dimensions") +
                         " and the length of the others");
    if (of_events) rows_ = array.shape(0);
    arrays_.append(array);
    column = {reinterpret_cast<const Stored*>(array.data()), size};
  }

  void check_particles() const {
    const auto& p = view_.particles;
    const auto total = static_cast<std::int64_t>(p.pdg.size());
    bool fits = static_cast<pybind11::ssize_t>(p.offsets.size()) == rows_ + 1 && p.offsets.front() >= 0 &&
                p.offsets.back() <= total;
    for (std::size_t i = 1; fits && i < p.offsets.size(); ++i) fits = p.offsets[i] >= p.offsets[i - 1];
#define NUGAN_CHECK(type, name, meaning) fits = fits && static_cast<std::int64_t>(p.name.size()) == total;
    NUGAN_PARTICLE_COLUMNS(NUGAN_CHECK)
#undef NUGAN_CHECK
    if (!fits) throw nugan::Error("particles: expected columns of one length and an offset more than events");
  }

  nugan::EventsView view_{};
  pybind11::list arrays_{};
  pybind11::ssize_t rows_ = -1;
};
