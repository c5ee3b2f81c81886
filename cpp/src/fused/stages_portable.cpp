#include "../simd/Portable.hpp"
#include "make_stages.hpp"

namespace nugan {

const Stages* portable_stages() {
  static constexpr Stages stages = make_stages<simd::Portable>();
  return &stages;
}

}  // namespace nugan
