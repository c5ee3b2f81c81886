#pragma once

#include <cmath>

#include "Chunk.hpp"
#include "Leaving.hpp"

namespace nugan {

/// NUISANCE's masses and the binding of its Enu_QE [GeV].
inline constexpr double nuisance_proton_mass = 0.93827203, nuisance_neutron_mass = 0.93956536,
                        binding = 0.034;

/// What NUISANCE's definitions of signals (SignalDef) ask of an event.
struct Signal {
  bool charged = false, neutral = false;  ///< the current, and no other leptons
  int mode = 0;                           ///< NEUT's, of a neutrino
  int mesons = 0, pi_plus = 0, pi_zero = 0, pi_minus = 0, nucleons = 0;

  bool has_one_pion() const { return mesons == 1 && pi_plus + pi_zero + pi_minus == 1; }
};

/// NUISANCE's sums of energies (FitUtils) [GeV].
struct Recoil {
  double minerva = 0;    ///< kinetic of protons and charged pions, all of pi0, electrons and photons
  double charged = 0;    ///< kinetic of protons, all of others but neutrons, pi0 and photons
  double available = 0;  ///< q0 without the kinetic energy of neutrons and the masses of pions
};

/// NUISANCE's imbalance of the lepton and the fastest proton; momenta of carbon for all nuclei.
struct NuisanceImbalance {
  double dpt, dphit, dalphat, pn;  ///< MeV, rad, rad, GeV; -9999 without a proton
};

/// The pion's direction in the rest frame of pion and nucleon.
struct Adler {
  double cosine, phi;  ///< phi in degrees, 0 to 360
};

/// What NUISANCE says of the particles of an event.
struct NuisanceWhole {
  Signal signal;
  Recoil recoil;
  NuisanceImbalance imbalance;
  Adler adler;  ///< -999.9 where not one pion and one nucleon leave
};

/// What follows from lepton and neutrino, and the particles that leave.
struct NuisanceChunk : Chunk {
  NuisanceChunk(const EventsView& view, const RunFacts& facts, std::vector<EventKind>& known, bool particles);

  int mode(std::size_t i) const;  ///< NEUT's

  double enu(std::size_t i) const { return events.Ev[i]; }
  double emu(std::size_t i) const { return events.El[i]; }
  double q2(std::size_t i) const { return events.Q2[i]; }
  double q0(std::size_t i) const { return enu(i) - emu(i); }
  double along(std::size_t i) const { return events.pl[i] * events.cthl[i]; }
  double mass2(std::size_t i) const;
  double enu_qe(std::size_t i) const;

  Leaving leaving{};
  std::vector<NuisanceWhole> whole{};

 private:
  Signal signal(std::size_t i) const;
  Recoil recoil(std::size_t i) const;
  NuisanceImbalance imbalance(std::size_t i) const;
  Adler adler(std::size_t i, const Signal& event) const;
  std::optional<std::size_t> fastest(std::size_t i, int pdg) const;
};

}  // namespace nugan
