#pragma once

namespace nugan::simd {

// Minimax polynomials (Lawson's algorithm) with the largest error of the exact polynomial; S is one of
// Avx512, Avx2 and Portable. The first two take the same steps, so they give the same bits.

template <class S>
inline typename S::F polynomial(typename S::F x, const float* coefficients, int degree) {
  auto sum = S::set(coefficients[degree]);
#pragma GCC unroll 16
  for (int k = degree - 1; k >= 0; --k) sum = S::fma(sum, x, S::set(coefficients[k]));
  return sum;
}

/// 2^x for x below 127; 0 or nearly so below -126. Relative error 7.5e-8 beside rounding.
template <class S>
inline typename S::F exp2(typename S::F x) {
  static constexpr float c[] = {1.00000007f,   0.693146967f,   0.240221199f,
                                0.0555071327f, 9.67554133e-3f, 1.32764718e-3f};
  x = S::max(x, S::set(-126.0f));
  const auto whole = S::round(x);
  const auto mantissa = polynomial<S>(S::sub(x, whole), c, 5);
  return S::from_bits(S::add_integer(S::bits(mantissa), S::template shift_left<23>(S::to_integer(whole))));
}

template <class S>
inline typename S::F exp(typename S::F x) {
  return exp2<S>(S::mul(x, S::set(1.44269504f)));
}

/// ln x for normal x above 0. Relative error 3e-8 beside rounding.
template <class S>
inline typename S::F log(typename S::F x) {
  static constexpr float c[] = {-0.499999916f, 0.333339502f, -0.250017552f, 0.199620721f,
                                -0.165705083f, 0.149179739f, -0.143075210f, 0.0873484104f};
  // x = 2^k (1 + m) with 1 + m between sqrt(1/2) and sqrt(2)
  const auto offset = S::set_integer(0x3f3504f3);
  const auto k = S::template shift_right<23>(S::sub_integer(S::bits(x), offset));
  const auto reduced = S::from_bits(S::sub_integer(S::bits(x), S::template shift_left<23>(k)));
  const auto m = S::sub(reduced, S::set(1.0f));
  const auto log_mantissa = S::fma(S::mul(m, m), polynomial<S>(m, c, 7), m);
  return S::fma(S::to_float(k), S::set(0.693147181f), log_mantissa);
}

/// sin x for |x| up to pi/2. Relative error 5.3e-9 beside rounding.
template <class S>
inline typename S::F sine_of_quarter(typename S::F x) {
  static constexpr float c[] = {0.999999995f, -0.166666567f, 8.33302514e-3f, -1.98074187e-4f, 2.60190307e-6f};
  return S::mul(x, polynomial<S>(S::mul(x, x), c, 4));
}

/// 1 / (1 + exp(-x))
template <class S>
inline typename S::F sigmoid(typename S::F x) {
  const auto power = S::min(S::mul(x, S::set(-1.44269504f)), S::set(126.0f));
  return S::div(S::set(1.0f), S::add(exp2<S>(power), S::set(1.0f)));
}

/// x / (1 + exp(-x))
template <class S>
inline typename S::F silu(typename S::F x) {
  const auto power = S::min(S::mul(x, S::set(-1.44269504f)), S::set(126.0f));
  return S::div(x, S::add(exp2<S>(power), S::set(1.0f)));
}

/// The distribution function of the normal distribution, for any x. Absolute error 1e-8 beside rounding.
template <class S>
inline typename S::F normal_cdf(typename S::F x) {
  // -log2(2 Phi(-a)) / a for a between 0 and 6.8
  static constexpr float c[] = {1.15110521f,    0.459208197f,   0.0524961783f,   -7.06342010e-3f,
                                1.36936339e-4f, 1.86180258e-4f, -3.93776956e-5f, 2.83491326e-6f};
  const auto a = S::min(S::abs(x), S::set(6.8f));
  const auto tail = S::mul(S::set(0.5f), exp2<S>(S::fnma(a, polynomial<S>(a, c, 7), S::set(0.0f))));
  return S::select(S::at_least(x, S::set(0.0f)), S::sub(S::set(1.0f), tail), tail);
}

}  // namespace nugan::simd
