#pragma once

/// Masses of the Particle Data Group (2024), in GeV, and numbers of its scheme.
namespace nugan {

inline constexpr double electron_mass = 0.00051099895;
inline constexpr double muon_mass = 0.1056583755;
inline constexpr double tau_mass = 1.77693;
inline constexpr double proton_mass = 0.93827208943;
inline constexpr double neutron_mass = 0.93956542194;
inline constexpr double nucleon_mass = 0.5 * (proton_mass + neutron_mass);

/// Stands for W where W² < 0: no hadronic system has that mass for a nucleon at rest.
inline constexpr double undefined_w = -999.0;

/// PDG numbers; the nucleus of hydrogen has one as a nucleus and, as a particle, that of the proton.
inline constexpr int proton = 2212, neutron = 2112, hydrogen = 1000010010;

/// Protons and nucleons of a nucleus 10LZZZAAAI.
constexpr int protons_of(int nucleus) {
  return nucleus / 10000 % 1000;
}
constexpr int nucleons_of(int nucleus) {
  return nucleus / 10 % 1000;
}

/// Whether a number is a nucleus in its ground state, hydrogen included.
constexpr bool is_nucleus(int pdg) {
  const int z = protons_of(pdg), a = nucleons_of(pdg);
  return 0 < z && z <= a && pdg == 1000000000 + 10000 * z + 10 * a;
}

/// Whether a number is a neutrino or an antineutrino.
constexpr bool is_neutrino(int pdg) {
  const int kind = pdg < 0 ? -pdg : pdg;
  return kind == 12 || kind == 14 || kind == 16;
}

/// Mass of a charged lepton or a neutrino by its PDG number, of either sign; 0 of neutrinos and all else.
constexpr double lepton_mass(int pdg) {
  switch (pdg < 0 ? -pdg : pdg) {
    case 11:
      return electron_mass;
    case 13:
      return muon_mass;
    case 15:
      return tau_mass;
    default:
      return 0;
  }
}

}  // namespace nugan
