#pragma once

#include <nugan/export.hpp>
#include <stdexcept>

namespace nugan {

/// What every function of this library throws: one line that names the value or file and what was expected.
class NUGAN_EXPORT Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace nugan
