#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <nugan/Beam.hpp>
#include <nugan/Error.hpp>

#include "python_events.hpp"
#include "python_types.hpp"
#include "random/streams.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using Ends = std::pair<double, double>;
using Box = std::array<Ends, 3>;
using Direction = std::array<double, 3>;

Ends ends(const nugan::Interval& interval) {
  return {interval.low, interval.high};
}

Box box(const std::array<nugan::Interval, 3>& sides) {
  return {ends(sides[0]), ends(sides[1]), ends(sides[2])};
}

nugan::Beam make(const std::optional<Box>& vertex, const std::optional<Ends>& time,
                 const std::optional<Direction>& direction) {
  nugan::Beam beam{.direction = direction};
  const auto interval = [](const Ends& side) { return nugan::Interval{side.first, side.second}; };
  if (vertex) beam.vertex = {interval((*vertex)[0]), interval((*vertex)[1]), interval((*vertex)[2])};
  if (time) beam.time = interval(*time);
  return beam.checked();
}

template <class T>
std::span<T> span(py::array_t<T>& array) {
  return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;
using Doubles = py::array_t<double, py::array::c_style | py::array::forcecast>;

// The columns that change and those that are added
Columns place(const nugan::Beam& beam, const Columns& columns, std::uint64_t seed, std::int64_t first) {
  Columns placed;
  const Floats enu = columns["Ev"].cast<Floats>();
  const py::ssize_t n = enu.size();
  if (beam.direction) {
    std::array<py::array_t<float>, 3> lepton, neutrino;
    const char* lepton_names[] = {"pxl", "pyl", "pzl"};
    const char* neutrino_names[] = {"pxv", "pyv", "pzv"};
    for (std::size_t k = 0; k < 3; ++k) {
      const Floats given = columns[lepton_names[k]].cast<Floats>();
      if (given.size() != n) throw nugan::Error("columns: expected arrays of one length");
      placed[lepton_names[k]] = lepton[k] = py::array_t<float>(n, given.data());
      placed[neutrino_names[k]] = neutrino[k] = py::array_t<float>(n);
    }
    beam.turn({enu.data(), static_cast<std::size_t>(n)}, {span(lepton[0]), span(lepton[1]), span(lepton[2])},
              {span(neutrino[0]), span(neutrino[1]), span(neutrino[2])});
  }
  if (beam.direction && columns.contains(particles_name)) {
    const py::dict particles = columns[particles_name].cast<py::dict>().attr("copy")();
    std::array<py::array_t<double>, 3> momenta;
    const char* names[] = {"px", "py", "pz"};
    for (std::size_t k = 0; k < 3; ++k) {
      const auto given = particles[names[k]].cast<Doubles>();
      particles[names[k]] = momenta[k] = py::array_t<double>(given.size(), given.data());
    }
    beam.turn({span(momenta[0]), span(momenta[1]), span(momenta[2])});
    placed[particles_name] = particles;
  }
  std::array<py::array_t<double>, 4> place;
  std::array<std::span<double>, 4> spans;
  const char* names[] = {"vtxx", "vtxy", "vtxz", "vtxt"};
  for (std::size_t k = 0; k < 4; ++k)
    if (k < 3 ? beam.vertex.has_value() : beam.time.has_value()) {
      placed[names[k]] = place[k] = py::array_t<double>(n);
      spans[k] = span(place[k]);
    }
  beam.positions(seed, first, spans);
  return placed;
}

py::array_t<double> uniforms(std::uint64_t seed, std::uint64_t purpose, std::int64_t first, py::ssize_t n) {
  py::array_t<double> result({n, py::ssize_t{4}});
  const nugan::Stream stream(seed, purpose);
  for (py::ssize_t i = 0; i < n; ++i) {
    const auto u = stream(first + i);
    std::copy(u.begin(), u.end(), result.mutable_data() + 4 * i);
  }
  return result;
}

}  // namespace

void register_beam(py::module_& m) {
  using nugan::Beam;
  py::class_<Beam>(m, "Beam")
      .def(py::init(&make), py::arg("vertex"), py::arg("time"), py::arg("direction"))
      .def_readonly("direction", &Beam::direction)
      .def("place", &place, py::arg("columns"), py::arg("seed"), py::arg("first"));
  m.def(
      "parse_vertex", [](const std::string& text) { return box(nugan::parse_vertex(text)); },
      py::arg("text"));
  m.def("parse_time", [](const std::string& text) { return ends(nugan::parse_time(text)); }, py::arg("text"));
  m.def("parse_direction", &nugan::parse_direction, py::arg("text"));
  m.def("rotation", &nugan::rotation, py::arg("direction"));
  m.attr("VERTEX") = static_cast<int>(nugan::Stream::vertex);
  m.attr("NUCLEUS") = static_cast<int>(nugan::Stream::nucleus);
  m.attr("EXPOSURE") = static_cast<int>(nugan::Stream::exposure);
  m.def("stream", &uniforms, py::arg("seed"), py::arg("purpose"), py::arg("first"), py::arg("n"));
  m.def(
      "another_seed",
      [](std::uint64_t seed, std::uint64_t purpose) { return nugan::Stream(seed, purpose).another_seed(); },
      py::arg("seed"), py::arg("purpose"));
}
