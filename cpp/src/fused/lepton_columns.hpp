#pragma once

#include <cmath>
#include <cstdint>
#include <nugan/Constants.hpp>

namespace nugan {

/// Where the columns of `events` events go, and what they follow from; see Events.hpp.
struct LeptonColumns {
  int events;
  std::int64_t first;  ///< number of the first event
  const float *enu, *emu, *theta;
  const double* azimuth;  ///< uniform in (0, 1)
  double shift;           ///< GeV
  double mass;            ///< of the lepton, GeV
  std::int32_t* iev;
  float *El, *pxl, *pyl, *pzl, *pl;
  double* cthl;
  float *thetal, *phil, *Q2, *W, *x, *y;
};

/// Whether a lepton lies in the phase space, but for rounding.
inline bool is_physical(double enu, double emu, double theta, double shift, double mass) {
  const double slack = 1e-5 * enu;
  return (emu >= mass - slack) & (emu <= enu - shift + slack) & (emu < enu) & (theta >= 0) &
         (theta <= 3.141592653589793 * (1 + 1e-6));
}

/// sin and cos of an angle between -pi/4 and pi/4, to rounding.
inline void sine_and_cosine(double angle, double& sine, double& cosine) {
  const double z = angle * angle;
  sine = angle * (1 + z * (-0.16666666666666827 +
                           z * (0.008333333333362192 +
                                z * (-0.00019841269857251965 +
                                     z * (2.7557322052006583e-06 +
                                          z * (-2.5051918096008817e-08 + z * 1.5957032734807265e-10))))));
  cosine =
      1 - 0.5 * z +
      z * z *
          (0.04166666666659633 +
           z * (-0.0013888888877566265 +
                z * (2.4801580688180312e-05 + z * (-2.7555520314421046e-07 + z * 2.064499034355839e-09))));
}

/// Fills the columns with the formulas of Kinematics.hpp, in double precision.
///
/// @return how many events lie outside of the phase space, or are no numbers
template <class S>
int fill_lepton_columns(const LeptonColumns& c) {
  constexpr double pi = 3.141592653589793;
  const double m = c.mass;
  int bad = 0;
  for (int i = 0; i < c.events; ++i) {
    const double enu = c.enu[i], emu = c.emu[i], theta = c.theta[i];
    bad += is_physical(enu, emu, theta, c.shift, m) ? 0 : 1;
    const double kinetic = emu > m ? emu - m : 0;
    const double p = std::sqrt(kinetic * (kinetic + 2 * m));
    // half of the angle lies between 0 and pi/2: from the nearer end
    const bool steep = theta > pi / 2;
    double sine, cosine;
    sine_and_cosine(steep ? pi / 2 - 0.5 * theta : 0.5 * theta, sine, cosine);
    const double s = steep ? cosine : sine, k = steep ? sine : cosine;
    const double transverse = p * (2 * s * k), cos_theta = (k - s) * (k + s);
    // the azimuth pi (2 u - 1): quarter turns from -2 to 2 and a rest
    const double turns = 4 * c.azimuth[i] - 2;
    const double quarter = std::floor(turns + 0.5);
    sine_and_cosine((turns - quarter) * (pi / 2), sine, cosine);
    const auto q = static_cast<std::int32_t>(quarter);
    const bool odd = (q & 1) != 0;
    const double cs = odd ? sine : cosine, sn = odd ? cosine : sine;
    const double cos_phi = ((q + 1) & 2) != 0 ? -cs : cs, sin_phi = (q & 2) != 0 ? -sn : sn;
    const double q2 = 2 * enu * (m * m / (emu + p) + 2 * p * (s * s)) - m * m;
    const double omega = enu - emu;
    const double w2 = nucleon_mass * nucleon_mass + 2 * nucleon_mass * omega - q2;
    const double w = std::sqrt(w2 >= 0 ? w2 : 0);
    c.iev[i] = static_cast<std::int32_t>(c.first + i);
    c.El[i] = c.emu[i];
    c.pxl[i] = static_cast<float>(transverse * cos_phi);
    c.pyl[i] = static_cast<float>(transverse * sin_phi);
    c.pzl[i] = static_cast<float>(p * cos_theta);
    c.pl[i] = static_cast<float>(p);
    c.cthl[i] = cos_theta;
    c.thetal[i] = c.theta[i];
    c.phil[i] = static_cast<float>(pi * (2 * c.azimuth[i] - 1));
    c.Q2[i] = static_cast<float>(q2);
    c.W[i] = static_cast<float>(w2 >= 0 ? w : undefined_w);
    c.x[i] = static_cast<float>(q2 / (2 * nucleon_mass * omega));
    c.y[i] = static_cast<float>(omega / enu);
  }
  return bad;
}

}  // namespace nugan
