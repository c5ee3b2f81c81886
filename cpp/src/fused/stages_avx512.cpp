#include "Stages.hpp"

#ifdef __AVX512F__
#include "../simd/Avx512.hpp"
#include "make_stages.hpp"
#endif

namespace nugan {

const Stages* avx512_stages() {
#ifdef __AVX512F__
  static constexpr Stages stages = make_stages<simd::Avx512>();
  return &stages;
#else
  return nullptr;
#endif
}

}  // namespace nugan
