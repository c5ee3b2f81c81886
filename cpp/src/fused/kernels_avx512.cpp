#include "Kernels.hpp"

#ifdef __AVX512F__
#include "../simd/Avx512.hpp"
#include "make_kernels.hpp"
#endif

namespace nugan {

const Kernels* avx512_kernels() {
#ifdef __AVX512F__
  static constexpr Kernels kernels = make_kernels<simd::Avx512>();
  return &kernels;
#else
  return nullptr;
#endif
}

}  // namespace nugan
