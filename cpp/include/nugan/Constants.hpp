#pragma once

/// Masses of the Particle Data Group (2024), in GeV.
namespace nugan {

inline constexpr double muon_mass = 0.1056583755;
inline constexpr double proton_mass = 0.93827208943;
inline constexpr double neutron_mass = 0.93956542194;
inline constexpr double nucleon_mass = 0.5 * (proton_mass + neutron_mass);

/// Stands for W where W² < 0: no hadronic system has that mass for a nucleon at rest.
inline constexpr double undefined_w = -999.0;

}  // namespace nugan
