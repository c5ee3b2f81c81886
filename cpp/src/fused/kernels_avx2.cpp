#include "Kernels.hpp"

#ifdef __AVX2__
#include "../simd/Avx2.hpp"
#include "make_kernels.hpp"
#endif

namespace nugan {

const Kernels* avx2_kernels() {
#ifdef __AVX2__
  static constexpr Kernels kernels = make_kernels<simd::Avx2>();
  return &kernels;
#else
  return nullptr;
#endif
}

}  // namespace nugan
