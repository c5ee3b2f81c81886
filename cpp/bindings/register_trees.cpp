#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <nugan/EventTree.hpp>
#include <nugan/NuHepMC.hpp>

#include "events_view.hpp"
#include "python_flux.hpp"
#include "python_value.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace {

using KindOf = std::function<nugan::EventKind(int probe, int target)>;
using nugan::Branch, nugan::BranchValues, nugan::EventKind, nugan::EventTree;

nugan::EventKind make_kind(const nugan::Process& process, std::optional<double> sigma,
                           std::vector<double> xsec_enu, std::vector<double> xsec) {
  return {.process = process, .sigma = sigma, .xsec_enu = std::move(xsec_enu), .xsec = std::move(xsec)};
}

std::unique_ptr<EventTree> make(const std::string& format, const py::dict& columns, int probe, int target,
                                const KindOf& kind, const std::optional<nugan::Flux>& flux,
                                std::optional<double> energy) {
  nugan::RunFacts facts{.probe = probe, .target = target, .kind = kind, .flux = flux, .energy = energy};
  return nugan::make_tree(format, std::move(facts), NumpyEvents(columns).view());
}

py::dtype dtype_of(const Branch& branch) {
  switch (branch.letter) {
    case 'I':
      return py::dtype::of<std::int32_t>();
    case 'i':
      return py::dtype::of<std::uint32_t>();
    case 'F':
      return py::dtype::of<float>();
    case 'D':
      return py::dtype::of<double>();
    case 'O':
      return py::dtype::of<bool>();
    default:
      return py::dtype::of<signed char>();
  }
}

// The values of a branch: an array [n, count?, *shape], where all entries are equal with a stride of 0; of
// entries of different lengths a pair of all elements [total, *shape] and offsets [n + 1]; of texts a pair of
// a list and each one's place in it [n] or None; None of a branch without values
py::object in_python(const Branch& branch, BranchValues&& values, std::size_t rows,
                     const py::object& arrays) {
  if (branch.letter == Branch::bits || branch.late) return py::none();
  if (branch.letter == Branch::text)
    return py::make_tuple(values.texts,
                          values.which.empty() ? py::object(py::none()) : to_numpy(std::move(values.which)));
  struct Held {
    std::shared_ptr<const void> owner;
    py::object arrays;
  };
  const py::capsule base(new Held{values.owner, arrays}, [](void* p) { delete static_cast<Held*>(p); });
  const auto dtype = dtype_of(branch);
  std::vector<py::ssize_t> shape, strides;
  auto stride = static_cast<py::ssize_t>(branch.element_bytes());
  const auto add = [&](std::size_t length, py::ssize_t step) {
    shape.push_back(static_cast<py::ssize_t>(length));
    strides.push_back(step);
  };
  const auto add_element = [&] {
    for (const std::size_t length : branch.shape) {
      stride /= static_cast<py::ssize_t>(length);
      add(length, stride);
    }
  };
  if (!values.offsets.empty()) {
    add(static_cast<std::size_t>(values.offsets.back() - values.offsets.front()), stride);
    add_element();
    const py::array_t<std::int64_t> offsets(static_cast<py::ssize_t>(values.offsets.size()),
                                            values.offsets.data(), base);
    return py::make_tuple(py::array(dtype, shape, strides, values.data, base), offsets);
  }
  add(rows, static_cast<py::ssize_t>(values.step));
  if (!branch.counter.empty()) add(values.count, stride);
  add_element();
  return py::array(dtype, shape, strides, values.data, base);
}

py::list values(EventTree& tree, const py::dict& columns, int probe, int target) {
  const NumpyEvents events(columns);
  tree.facts().probe = probe;
  tree.facts().target = target;
  auto found = tree.values(events.view());
  py::list all;
  for (std::size_t k = 0; k < found.size(); ++k)
    all.append(in_python(tree.branches()[k], std::move(found[k]), events.view().size(), events.arrays()));
  return all;
}

py::bytes text(nugan::NuHepMC& writer, const py::dict& columns, int probe, int target) {
  const NumpyEvents events(columns);
  writer.facts().probe = probe;
  writer.facts().target = target;
  return writer.text(events.view());
}

py::tuple end(const EventTree& tree, double sigma, std::optional<double> pot) {
  const auto [late, histograms, weight] = tree.end(sigma, pot);
  py::list found;
  for (const auto& one : histograms)
    found.append(
        py::make_tuple(one.name, to_numpy(std::vector(one.edges)), to_numpy(std::vector(one.contents))));
  return py::make_tuple(late, found, weight);
}

}  // namespace

void register_trees(py::module_& m) {
  py::class_<Branch>(m, "Branch")
      .def_readonly("name", &Branch::name)
      .def_property_readonly("letter", [](const Branch& b) { return std::string(1, b.letter); })
      .def_readonly("shape", &Branch::shape)
      .def_readonly("counter", &Branch::counter)
      .def_readonly("meaning", &Branch::meaning)
      .def_readonly("late", &Branch::late)
      .def_property_readonly("leaf", &Branch::leaf);
  py::class_<EventKind>(m, "EventKind")
      .def(py::init(&make_kind), py::arg("process"), py::arg("sigma") = py::none(),
           py::arg("xsec_enu") = std::vector<double>{}, py::arg("xsec") = std::vector<double>{})
      .def_readonly("process", &EventKind::process)
      .def_readonly("sigma", &EventKind::sigma)
      .def("cross_section", &EventKind::cross_section, py::arg("enu"));
  m.def(
      "kind_of",
      [](const std::vector<Members>& descriptions, int probe, int target) {
        std::vector<nugan::Value> values;
        for (const auto& one : descriptions) values.push_back(value_from_python(one));
        return nugan::kind_of(values, probe, target);
      },
      py::arg("descriptions"), py::arg("probe"), py::arg("target"));
  py::class_<EventTree>(m, "EventTree")
      .def(py::init(&make), py::arg("format"), py::arg("columns"), py::arg("probe"), py::arg("target"),
           py::arg("kind"), py::arg("flux") = py::none(), py::arg("energy") = py::none())
      .def_property_readonly("name", &EventTree::name)
      .def_property_readonly("title", &EventTree::title)
      .def_property_readonly("cluster", &EventTree::cluster)
      .def_property_readonly("branches", &EventTree::branches)
      .def("values", &values, py::arg("columns"), py::arg("probe"), py::arg("target"))
      .def("end", &end, py::arg("sigma"), py::arg("pot"));
  using nugan::NuHepMC;
  py::class_<NuHepMC>(m, "NuHepMC")
      .def(py::init([](const KindOf& kind) { return NuHepMC({.kind = kind}); }), py::arg("kind"))
      .def("text", &text, py::arg("columns"), py::arg("probe"), py::arg("target"))
      .def_property_readonly_static("REMNANT", [](const py::object&) { return NuHepMC::remnant; });
}
