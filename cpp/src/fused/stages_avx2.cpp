#include "Stages.hpp"

#ifdef __AVX2__
#include "../simd/Avx2.hpp"
#include "make_stages.hpp"
#endif

namespace nugan {

const Stages* avx2_stages() {
#ifdef __AVX2__
  static constexpr Stages stages = make_stages<simd::Avx2>();
  return &stages;
#else
  return nullptr;
#endif
}

}  // namespace nugan
