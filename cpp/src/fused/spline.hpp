#pragma once

#include "../simd/functions.hpp"

namespace nugan {

// as in spline.py
inline constexpr float least_width = 1e-3f;
inline constexpr float least_height = 1e-5f;
inline constexpr float most_log_slope = 3.0f;

/// Replaces K raw numbers by their exponentials over that of the largest, and gives the sum.
template <class S, int Stride>
inline typename S::F exponentials(float* raw, int bins) {
  auto top = S::load(raw);
  for (int k = 1; k < bins; ++k) top = S::max(top, S::load(raw + k * Stride));
  const auto scale = S::set(1.44269504f);
  top = S::mul(top, scale);
  auto total = S::set(0);
  for (int k = 0; k < bins; ++k) {
    const auto e = simd::exp2<S>(S::sub(S::mul(S::load(raw + k * Stride), scale), top));
    S::store(raw + k * Stride, e);
    total = S::add(total, e);
  }
  return total;
}

/// The x with G(x) = u of one monotone rational-quadratic spline for each lane (quantile in spline.py;
/// Durkan et al., arXiv:1906.04032).
///
/// @param raw  3 K + 1 rows with the given stride: widths, heights, slopes; overwritten
template <class S, int Stride>
inline typename S::F spline_quantile(float* raw, int bins, typename S::F u) {
  using F = typename S::F;
  float* const widths = raw;
  float* const heights = raw + bins * Stride;
  const float* const slopes = raw + 2 * bins * Stride;
  const F one = S::set(1), zero = S::set(0);

  const F height_scale =
      S::div(S::set(1 - least_height * static_cast<float>(bins)), exponentials<S, Stride>(heights, bins));
  auto bin = S::set_integer(0);
  F u_left = zero, sum = zero;
  for (int k = 1; k < bins; ++k) {
    sum = S::add(sum, S::load(heights + (k - 1) * Stride));
    const F left = S::fma(height_scale, sum, S::set(least_height * static_cast<float>(k)));
    const auto passed = S::at_least(u, left);
    bin = S::select_integer(passed, S::set_integer(k), bin);
    u_left = S::select(passed, left, u_left);
  }

  const F width_scale =
      S::div(S::set(1 - least_width * static_cast<float>(bins)), exponentials<S, Stride>(widths, bins));
  sum = zero;
  for (int k = 0; k + 1 < bins; ++k)
    sum = S::select(S::above_integer(bin, S::set_integer(k)), S::add(sum, S::load(widths + k * Stride)), sum);
  const F x_left = S::fma(width_scale, sum, S::mul(S::to_float(bin), S::set(least_width)));

  const auto stride = S::set_integer(Stride), lanes = S::lanes();
  const auto pick = [&](const float* table, auto k) {
    return S::gather(table, S::add_integer(S::mul_integer(k, stride), lanes));
  };
  const auto width = [&](auto k) { return S::fma(width_scale, pick(widths, k), S::set(least_width)); };
  const auto height = [&](auto k) { return S::fma(height_scale, pick(heights, k), S::set(least_height)); };
  // the outermost knots have one bin, which counts for both
  const auto next = S::add_integer(bin, S::set_integer(1));
  const auto before = S::max_integer(S::sub_integer(bin, S::set_integer(1)), S::set_integer(0));
  const auto after = S::min_integer(next, S::set_integer(bins - 1));
  const F w = width(bin), h = height(bin), secant = S::div(h, w);
  const auto slope = [&](F other, F free) {
    const F limited = S::div(free, S::fma(S::abs(free), S::set(1 / most_log_slope), one));
    return S::mul(S::sqrt(S::mul(other, secant)), simd::exp<S>(limited));
  };
  const F d0 = slope(S::div(height(before), width(before)), pick(slopes, bin));
  const F d1 = slope(S::div(height(after), width(after)), pick(slopes, next));

  const F y = S::max(S::sub(u, u_left), zero);
  const F curvature = S::mul(y, S::sub(S::add(d0, d1), S::add(secant, secant)));
  const F a = S::fma(h, S::sub(secant, d0), curvature);
  const F b = S::sub(S::mul(h, d0), curvature);
  const F minus_c = S::mul(secant, y);
  const F root = S::sqrt(S::max(S::fma(b, b, S::mul(S::set(4), S::mul(a, minus_c))), zero));
  const F t = S::min(S::max(S::div(S::add(minus_c, minus_c), S::add(b, root)), zero), one);
  return S::min(S::max(S::fma(w, t, x_left), zero), one);
}

}  // namespace nugan
