#pragma once

#include <pybind11/numpy.h>

/// Objects of Python by the types that they have in the stubs.

/// Columns of events by name.
class Columns : public pybind11::dict {
 public:
  PYBIND11_OBJECT_DEFAULT(Columns, pybind11::dict, PyDict_Check)
};

/// What pybind11::vectorize returns: an array of the argument's shape.
template <class T>
class Vectorized : public pybind11::object {
 public:
  PYBIND11_OBJECT_DEFAULT(Vectorized, pybind11::object, [](PyObject*) { return true; })
};

template <>
struct pybind11::detail::handle_type_name<Columns> {
  static constexpr auto name = const_name("dict[str, numpy.typing.NDArray[typing.Any]]");
};

template <class T>
struct pybind11::detail::handle_type_name<Vectorized<T>> {
  static constexpr auto name =
      const_name("numpy.typing.NDArray[") + npy_format_descriptor<T>::name + const_name("]");
};
