// NUISANCE's variables, with the formulas of NUISANCE 2: FitUtils, SignalDef.

#include "NuisanceChunk.hpp"

#include <algorithm>
#include <numbers>

#include "../physics/dot.hpp"

namespace nugan {

namespace {

// NUISANCE's masses of carbon and of what is left of it without a neutron
constexpr double carbon = 6 * nuisance_neutron_mass + 6 * nuisance_proton_mass - 0.09216;
constexpr double carbon_left = carbon - nuisance_neutron_mass + 0.02713;
constexpr double none = -9999, unset = -999.9;

bool is_meson(int pdg) {
  return std::abs(pdg) > 100 && std::abs(pdg) < 1000;
}

bool is_pion(int pdg) {
  return std::abs(pdg) == 211 || pdg == 111;
}

double mass(const FourMomentum& p) {
  return std::sqrt(std::max(p.e * p.e - dot(p, p), 0.0));
}

FourMomentum cross(const FourMomentum& a, const FourMomentum& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

// p in the rest frame of a system
FourMomentum boosted(const FourMomentum& p, const FourMomentum& system) {
  const double m = mass(system), e = (p.e * system.e - dot(p, system)) / m;
  const double part = (p.e + e) / (system.e + m);
  return {p.x - part * system.x, p.y - part * system.y, p.z - part * system.z, e};
}

}  // namespace

NuisanceChunk::NuisanceChunk(const EventsView& view, const RunFacts& facts, std::vector<EventKind>& known,
                             bool particles)
    : Chunk(view, facts, known, particles) {
  if (!has_particles) return;
  leaving = Leaving(events.particles, size, true);
  whole.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    const Signal event = signal(i);
    whole.push_back({event, recoil(i), imbalance(i), adler(i, event)});
  }
}

int NuisanceChunk::mode(std::size_t i) const {
  const Process& process = kind(i).process;
  return process.neut(events.mode.empty() ? process.channel : static_cast<Mode>(events.mode[i]));
}

Signal NuisanceChunk::signal(std::size_t i) const {
  const Process& process = kind(i).process;
  Signal found{.mode = std::abs(mode(i))};
  int charged_leptons = 0, leptons = 0;
  for (const std::size_t k : leaving.of(i)) {
    const int pdg = events.particles.pdg[k], kind = std::abs(pdg);
    leptons += pdg == process.lepton();
    charged_leptons += kind == 11 || kind == 13 || kind == 15;
    found.mesons += is_meson(pdg);
    found.pi_plus += pdg == 211;
    found.pi_zero += pdg == 111;
    found.pi_minus += pdg == -211;
    found.nucleons += pdg == proton || pdg == neutron;
  }
  found.charged = process.current == Current::charged && leptons == 1 && charged_leptons == 1;
  found.neutral = process.current == Current::neutral && leptons > 0 && charged_leptons == 0;
  return found;
}

double NuisanceChunk::mass2(std::size_t i) const {
  const double mass = kind(i).process.lepton_mass();
  return mass * mass;
}

double NuisanceChunk::enu_qe(std::size_t i) const {
  constexpr double m = nuisance_proton_mass, bound = nuisance_neutron_mass - binding;
  return (2 * bound * emu(i) - mass2(i) + m * m - bound * bound) / (2 * (bound - emu(i) + along(i)));
}

std::optional<std::size_t> NuisanceChunk::fastest(std::size_t i, int pdg) const {
  std::optional<std::size_t> found;
  for (const std::size_t k : leaving.of(i))
    if (events.particles.pdg[k] == pdg &&
        (!found || dot(momentum(k), momentum(k)) > dot(momentum(*found), momentum(*found))))
      found = k;
  return found;
}

Recoil NuisanceChunk::recoil(std::size_t i) const {
  Recoil found{.available = q0(i)};
  const int lepton = std::abs(kind(i).process.probe) - 1;
  for (const std::size_t k : leaving.of(i)) {
    const int pdg = events.particles.pdg[k], size = std::abs(pdg);
    const FourMomentum p = momentum(k);
    const double kinetic = p.e - mass(p);
    if (pdg == proton || size == 211) found.minerva += kinetic;
    if (pdg == 111 || size == 11 || pdg == 22) found.minerva += p.e;
    if (size != lepton && pdg != neutron && pdg != 111 && pdg != 22)
      found.charged += pdg == proton ? kinetic : p.e;
    if (pdg == neutron) found.available -= kinetic;
    if (is_pion(pdg)) found.available -= mass(p);
  }
  return found;
}

NuisanceImbalance NuisanceChunk::imbalance(std::size_t i) const {
  const Process& process = kind(i).process;
  const auto fast = fastest(i, proton), lepton = fastest(i, process.lepton());
  if (process.current != Current::charged || !fast || !lepton) return {none, none, none, none};
  const auto found = nugan::imbalance(momentum(*lepton), momentum(*fast), neutrino(i), carbon, carbon_left);
  return {1e3 * found.dpt, found.dphit, found.dalphat, found.pn};
}

Adler NuisanceChunk::adler(std::size_t i, const Signal& event) const {
  if (!event.charged || !event.has_one_pion() || event.nucleons != 1) return {unset, unset};
  FourMomentum pion, nucleon;
  for (const std::size_t k : leaving.of(i)) {
    const int pdg = events.particles.pdg[k];
    if (is_pion(pdg)) pion = momentum(k);
    if (pdg == proton || pdg == neutron) nucleon = momentum(k);
  }
  const FourMomentum system{pion.x + nucleon.x, pion.y + nucleon.y, pion.z + nucleon.z, pion.e + nucleon.e};
  const FourMomentum nu = boosted(neutrino(i), system);
  const FourMomentum lepton = boosted(momentum(*fastest(i, kind(i).process.lepton())), system);
  pion = boosted(pion, system);
  const FourMomentum z{nu.x - lepton.x, nu.y - lepton.y, nu.z - lepton.z}, y = cross(nu, lepton),
                                                                           x = cross(y, z);
  const auto along = [&](const FourMomentum& axis) { return dot(pion, axis) / std::sqrt(dot(axis, axis)); };
  const double degrees = std::atan2(along(y), along(x)) * 180 / std::numbers::pi;
  return {along(z) / std::sqrt(dot(pion, pion)), degrees < 0 ? degrees + 360 : degrees};
}

}  // namespace nugan
