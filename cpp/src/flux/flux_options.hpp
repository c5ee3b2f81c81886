#pragma once

#include <nugan/Error.hpp>

namespace nugan {

/// What messages call the options that say how a flux is read, on the command line and in Python.
inline constexpr const char* units_option = "--flux-units (in Python units=)";
inline constexpr const char* columns_option = "--flux-columns (in Python flux_columns=)";

/// A table whose columns may be one thing or another.
class ColumnsError : public Error {
 public:
  using Error::Error;
};

}  // namespace nugan
