#include <nugan/Events.hpp>
#include <nugan/Replica.hpp>
#include <string>

#include "register.hpp"

namespace py = pybind11;

namespace {

const char* text(nugan::Where where) {
  switch (where) {
    case nugan::Where::drawn:
      return "drawn";
    case nugan::Where::optional:
      return "optional";
    case nugan::Where::extra:
      return "extra";
    case nugan::Where::derived:
      return "derived";
  }
  return "";
}

template <class T>
constexpr const char* dtype = std::is_same_v<T, bool>           ? "?"
                              : std::is_same_v<T, std::int32_t> ? "i4"
                              : std::is_same_v<T, float>        ? "f4"
                                                                : "f8";

}  // namespace

// The list of NUGAN_COLUMNS as tuples: name, type, where, meaning, value otherwise (of an event of zeros)
void register_events(py::module_& m) {
  py::list columns;
  using nugan::Where;
  const nugan::Event event{};
#define NUGAN_APPEND(type, name, where, otherwise, meaning) \
  columns.append(                                           \
      py::make_tuple(#name, dtype<type>, text(Where::where), meaning, static_cast<double>(otherwise)));
#define NUGAN_APPEND_DERIVED(type, name, value, meaning) \
  columns.append(py::make_tuple(#name, dtype<type>, text(Where::derived), meaning, 0.0));
  NUGAN_COLUMNS(NUGAN_APPEND, NUGAN_APPEND_DERIVED)
#undef NUGAN_APPEND
#undef NUGAN_APPEND_DERIVED
  m.attr("columns") = columns;
  py::list of_particles;
#define NUGAN_APPEND(type, name, meaning) of_particles.append(py::make_tuple(#name, dtype<type>, meaning));
  NUGAN_PARTICLE_COLUMNS(NUGAN_APPEND)
#undef NUGAN_APPEND
  m.attr("particle_columns") = of_particles;
  m.attr("REPLICA_WEIGHTS") = nugan::replica_weights_name;
}
