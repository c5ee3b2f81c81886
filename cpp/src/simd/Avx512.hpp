#pragma once

#include <immintrin.h>

#include <cstdint>

namespace nugan::simd {

/// Sixteen floats at once. The three instruction sets have the same members; functions.hpp builds on them.
struct Avx512 {
  using F = __m512;
  using I = __m512i;
  using M = __mmask16;
  static constexpr int width = 16;
  static constexpr int accumulators = 13;  ///< pairs of sums that stay in registers beside the operands
  static constexpr const char* name = "avx512";

  static F set(float v) { return _mm512_set1_ps(v); }
  static F load(const float* p) { return _mm512_load_ps(p); }
  static void store(float* p, F v) { _mm512_store_ps(p, v); }
  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F div(F a, F b) { return _mm512_div_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F fnma(F a, F b, F c) { return _mm512_fnmadd_ps(a, b, c); }
  static F min(F a, F b) { return _mm512_min_ps(a, b); }
  static F max(F a, F b) { return _mm512_max_ps(a, b); }
  static F abs(F a) { return _mm512_abs_ps(a); }
  static F sqrt(F a) { return _mm512_sqrt_ps(a); }
  static F round(F a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

  static M at_least(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ); }
  static F select(M m, F yes, F no) { return _mm512_mask_mov_ps(no, m, yes); }

  static I set_integer(std::int32_t v) { return _mm512_set1_epi32(v); }
  static I lanes() { return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15); }
  static I add_integer(I a, I b) { return _mm512_add_epi32(a, b); }
  static I sub_integer(I a, I b) { return _mm512_sub_epi32(a, b); }
  static I mul_integer(I a, I b) { return _mm512_mullo_epi32(a, b); }
  static I min_integer(I a, I b) { return _mm512_min_epi32(a, b); }
  static I max_integer(I a, I b) { return _mm512_max_epi32(a, b); }
  static M above_integer(I a, I b) { return _mm512_cmpgt_epi32_mask(a, b); }
  static I select_integer(M m, I yes, I no) { return _mm512_mask_mov_epi32(no, m, yes); }
  template <int Bits>
  static I shift_left(I a) {
    return _mm512_slli_epi32(a, Bits);
  }
  template <int Bits>
  static I shift_right(I a) {
    return _mm512_srai_epi32(a, Bits);
  }
  static F to_float(I a) { return _mm512_cvtepi32_ps(a); }
  static I to_integer(F a) { return _mm512_cvtps_epi32(a); }
  static I bits(F a) { return _mm512_castps_si512(a); }
  static F from_bits(I a) { return _mm512_castsi512_ps(a); }
  static F gather(const float* table, I index) { return _mm512_i32gather_ps(index, table, 4); }
};

}  // namespace nugan::simd
