#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace nugan::simd {

/// Eight floats in plain C++, for processors without AVX2. Members as those of Avx512.
///
/// Sums and products are rounded one by one: results differ from the others in the last bits.
struct Portable {
  static constexpr int width = 8;
  static constexpr int accumulators = 4;
  static constexpr const char* name = "portable";

  struct F {
    float lane[width];
  };
  struct I {
    std::int32_t lane[width];
  };
  using M = I;

  template <class Result = F, class Function>
  static Result each(Function function) {
    Result result;
    for (int i = 0; i < width; ++i) result.lane[i] = function(i);
    return result;
  }

  static F set(float v) {
    return each([&](int) { return v; });
  }
  static F load(const float* p) {
    return each([&](int i) { return p[i]; });
  }
  static void store(float* p, F v) { std::memcpy(p, v.lane, sizeof v.lane); }
  static F add(F a, F b) {
    return each([&](int i) { return a.lane[i] + b.lane[i]; });
  }
  static F sub(F a, F b) {
    return each([&](int i) { return a.lane[i] - b.lane[i]; });
  }
  static F mul(F a, F b) {
    return each([&](int i) { return a.lane[i] * b.lane[i]; });
  }
  static F div(F a, F b) {
    return each([&](int i) { return a.lane[i] / b.lane[i]; });
  }
  static F fma(F a, F b, F c) {
    return each([&](int i) { return a.lane[i] * b.lane[i] + c.lane[i]; });
  }
  static F fnma(F a, F b, F c) {
    return each([&](int i) { return c.lane[i] - a.lane[i] * b.lane[i]; });
  }
  // as the instructions of x86: the second operand where one is no number
  static F min(F a, F b) {
    return each([&](int i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; });
  }
  static F max(F a, F b) {
    return each([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; });
  }
  static F abs(F a) {
    return each([&](int i) { return std::fabs(a.lane[i]); });
  }
  static F sqrt(F a) {
    return each([&](int i) { return std::sqrt(a.lane[i]); });
  }
  static F round(F a) {
    return each([&](int i) { return std::nearbyint(a.lane[i]); });
  }

  static M at_least(F a, F b) {
    return each<M>([&](int i) { return a.lane[i] >= b.lane[i] ? -1 : 0; });
  }
  static F select(M m, F yes, F no) {
    return each([&](int i) { return m.lane[i] ? yes.lane[i] : no.lane[i]; });
  }

  static I set_integer(std::int32_t v) {
    return each<I>([&](int) { return v; });
  }
  static I lanes() {
    return each<I>([](int i) { return i; });
  }
  static I add_integer(I a, I b) {
    return each<I>([&](int i) { return a.lane[i] + b.lane[i]; });
  }
  static I sub_integer(I a, I b) {
    return each<I>([&](int i) { return a.lane[i] - b.lane[i]; });
  }
  static I mul_integer(I a, I b) {
    return each<I>([&](int i) { return a.lane[i] * b.lane[i]; });
  }
  static I min_integer(I a, I b) {
    return each<I>([&](int i) { return a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]; });
  }
  static I max_integer(I a, I b) {
    return each<I>([&](int i) { return a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]; });
  }
  static M above_integer(I a, I b) {
    return each<M>([&](int i) { return a.lane[i] > b.lane[i] ? -1 : 0; });
  }
  static I select_integer(M m, I yes, I no) {
    return each<I>([&](int i) { return m.lane[i] ? yes.lane[i] : no.lane[i]; });
  }
  template <int Bits>
  static I shift_left(I a) {
    return each<I>(
        [&](int i) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(a.lane[i]) << Bits); });
  }
  template <int Bits>
  static I shift_right(I a) {
    return each<I>([&](int i) { return a.lane[i] >> Bits; });
  }
  static F to_float(I a) {
    return each([&](int i) { return static_cast<float>(a.lane[i]); });
  }
  static I to_integer(F a) {
    return each<I>([&](int i) { return static_cast<std::int32_t>(std::nearbyint(a.lane[i])); });
  }
  static I bits(F a) {
    I result;
    std::memcpy(&result, &a, sizeof a);
    return result;
  }
  static F from_bits(I a) {
    F result;
    std::memcpy(&result, &a, sizeof a);
    return result;
  }
  static F gather(const float* table, I index) {
    return each([&](int i) { return table[index.lane[i]]; });
  }
};

}  // namespace nugan::simd
