#include "../simd/Portable.hpp"
#include "make_kernels.hpp"

namespace nugan {

const Kernels* portable_kernels() {
  static constexpr Kernels kernels = make_kernels<simd::Portable>();
  return &kernels;
}

}  // namespace nugan
