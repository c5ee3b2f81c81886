#pragma once

#include <immintrin.h>

#include <cstdint>

namespace nugan::simd {

/// Eight floats at once, with fused multiply-add. Members as those of Avx512.
struct Avx2 {
  using F = __m256;
  using I = __m256i;
  using M = __m256;
  static constexpr int width = 8;
  static constexpr int accumulators = 6;
  static constexpr const char* name = "avx2";

  static F set(float v) { return _mm256_set1_ps(v); }
  static F load(const float* p) { return _mm256_load_ps(p); }
  static void store(float* p, F v) { _mm256_store_ps(p, v); }
  static F add(F a, F b) { return _mm256_add_ps(a, b); }
  static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F div(F a, F b) { return _mm256_div_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static F fnma(F a, F b, F c) { return _mm256_fnmadd_ps(a, b, c); }
  static F min(F a, F b) { return _mm256_min_ps(a, b); }
  static F max(F a, F b) { return _mm256_max_ps(a, b); }
  static F abs(F a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
  static F sqrt(F a) { return _mm256_sqrt_ps(a); }
  static F round(F a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

  static M at_least(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_GE_OQ); }
  static F select(M m, F yes, F no) { return _mm256_blendv_ps(no, yes, m); }

  static I set_integer(std::int32_t v) { return _mm256_set1_epi32(v); }
  static I lanes() { return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7); }
  static I add_integer(I a, I b) { return _mm256_add_epi32(a, b); }
  static I sub_integer(I a, I b) { return _mm256_sub_epi32(a, b); }
  static I mul_integer(I a, I b) { return _mm256_mullo_epi32(a, b); }
  static I min_integer(I a, I b) { return _mm256_min_epi32(a, b); }
  static I max_integer(I a, I b) { return _mm256_max_epi32(a, b); }
  static M above_integer(I a, I b) { return from_bits(_mm256_cmpgt_epi32(a, b)); }
  static I select_integer(M m, I yes, I no) { return _mm256_blendv_epi8(no, yes, bits(m)); }
  template <int Bits>
  static I shift_left(I a) {
    return _mm256_slli_epi32(a, Bits);
  }
  template <int Bits>
  static I shift_right(I a) {
    return _mm256_srai_epi32(a, Bits);
  }
  static F to_float(I a) { return _mm256_cvtepi32_ps(a); }
  static I to_integer(F a) { return _mm256_cvtps_epi32(a); }
  static I bits(F a) { return _mm256_castps_si256(a); }
  static F from_bits(I a) { return _mm256_castsi256_ps(a); }
  static F gather(const float* table, I index) { return _mm256_i32gather_ps(table, index, 4); }
};

}  // namespace nugan::simd
