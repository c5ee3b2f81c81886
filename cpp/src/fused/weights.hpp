#pragma once

#include "../simd/functions.hpp"

namespace nugan {

/// Rows of a table of logarithms at the corners of a cell, and what each counts; the sum of these is 1.
struct Corners {
  const float* row[8];
  float share[8];
};

namespace simd {

/// e^x for |x| up to 87, exactly 1 at 0, as exp2 is not. Relative error 3e-9 beside rounding.
template <class S>
inline typename S::F exp_from_one(typename S::F x) {
  // (e^r - 1)/r of |r| up to log(2)/2, Taylor
  static constexpr float c[] = {1, 0.5f, 1.0f / 6, 1.0f / 24, 1.0f / 120, 1.0f / 720, 1.0f / 5040};
  const auto whole = S::round(S::mul(x, S::set(1.44269504f)));
  // log 2 in two parts, so that the rest has all its bits
  const auto rest = S::fnma(whole, S::set(-2.12194440e-4f), S::fnma(whole, S::set(0.693359375f), x));
  const auto mantissa = S::fma(rest, polynomial<S>(rest, c, 6), S::set(1.0f));
  return S::from_bits(S::add_integer(S::bits(mantissa), S::template shift_left<23>(S::to_integer(whole))));
}

}  // namespace simd

/// Weights of one event: exponentials of the mean over corners.
/// @param count    numbers of a row, a multiple of 16; rows and weights are aligned to 64 bytes
template <class S>
void corner_weights(const Corners& corners, int count, float* weights) {
  for (int k = 0; k < count; k += S::width) {
    auto sum = S::mul(S::set(corners.share[0]), S::load(corners.row[0] + k));
#pragma GCC unroll 8
    for (int c = 1; c < 8; ++c) sum = S::fma(S::set(corners.share[c]), S::load(corners.row[c] + k), sum);
    S::store(weights + k, simd::exp_from_one<S>(sum));
  }
}

}  // namespace nugan
