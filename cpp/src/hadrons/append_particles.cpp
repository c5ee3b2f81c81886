// From the hadrons that were drawn to the list of particles: decays, the laboratory, the remnant.

#include <algorithm>
#include <cmath>
#include <nugan/Constants.hpp>
#include <nugan/Error.hpp>
#include <nugan/nuclear_mass.hpp>

#include "../text/message.hpp"
#include "HadronWorker.hpp"
#include "allowed.hpp"
#include "hadron_draws.hpp"

namespace nugan {

using cube::Vector;

namespace {

// The columns' numbers of the modes of the networks
constexpr std::array<Mode, hadron_modes> modes = {Mode::qel, Mode::res, Mode::dis, Mode::coh, Mode::mec};

// What the rounding of the lepton's columns may leave of a free proton, GeV
constexpr double rounding = 5e-6;

double largest(const Vector& p, double energy) {
  return std::max({std::abs(p[0]), std::abs(p[1]), std::abs(p[2]), std::abs(energy)});
}

int whole(double number) {
  return static_cast<int>(std::lround(number));
}

}  // namespace

void HadronWorker::append_particles(Events& events, std::size_t from, Particles& particles) {
  const HadronNetworks& tables = net_.tables();
  const bool free_proton = is_free(tables);
  const double target_mass = free_proton ? proton_mass : nuclear_mass(process_.target);
  const std::size_t size = mass_.size() + 4 * drawn_.size();
#define NUGAN_RESERVE(type, name, meaning) particles.name.reserve(size);
  NUGAN_PARTICLE_COLUMNS(NUGAN_RESERVE)
#undef NUGAN_RESERVE
  particles.offsets.reserve(drawn_.size() + 1);
  for (std::size_t row = 0; row < drawn_.size(); ++row) {
    Drawn& event = drawn_[row];
    const std::size_t i = from + row;
    events.mode[i] = static_cast<std::int32_t>(modes[static_cast<std::size_t>(event.mode)]);
    const double enu = events.Ev[i], energy = events.El[i];
    const Vector lepton = {events.pxl[i], events.pyl[i], events.pzl[i]};
    particles.push_back({.pdg = process_.probe,
                         .status = Particle::initial,
                         .mother = -1,
                         .px = 0,
                         .py = 0,
                         .pz = enu,
                         .E = enu});
    particles.push_back({.pdg = free_proton ? proton : process_.target,
                         .status = Particle::initial,
                         .mother = -1,
                         .px = 0,
                         .py = 0,
                         .pz = 0,
                         .E = target_mass});
    particles.push_back({.pdg = process_.lepton(),
                         .status = Particle::final,
                         .mother = static_cast<std::int32_t>(neutrino_place),
                         .px = lepton[0],
                         .py = lepton[1],
                         .pz = lepton[2],
                         .E = energy});
    // z along q, x towards the lepton, y = z x x across the plane of both
    const double transverse = std::sqrt(lepton[0] * lepton[0] + lepton[1] * lepton[1]);
    const double cosine = transverse > 0 ? lepton[0] / transverse : 1,
                 sine = transverse > 0 ? lepton[1] / transverse : 0;
    const double along = enu - lepton[2], q = std::sqrt(transverse * transverse + along * along);
    const double out = q > 0 ? transverse / q : 0, front = q > 0 ? along / q : 1;
    const Vector z{-out * cosine, -out * sine, front}, x{front * cosine, front * sine, out},
        y{-sine, cosine, 0};
    Vector rest = {-lepton[0], -lepton[1], along};
    double rest_energy = enu + target_mass - energy;
    const HadronWord& word = tables.words[static_cast<std::size_t>(event.word)];
    double charge = tables.charge - word.charge, baryons = tables.baryons - word.baryons;
    for (std::size_t j = 0; j < counted_species; ++j) {
      charge -= event.counts[j + 1] * tables.counted[j].charge;
      baryons -= event.counts[j + 1] * tables.counted[j].baryons;
    }
    const auto leave = [&](int code, const Vector& local, double mass) {
      Vector p;
      for (std::size_t d = 0; d < 3; ++d) p[d] = local[0] * x[d] + local[1] * y[d] + local[2] * z[d];
      const double own = std::sqrt(cube::dot(p, p) + mass * mass);
      if (!std::isfinite(own))
        throw Error(message(model_, ": the hadrons' networks gave no finite momentum for event ",
                            event.number, " at enu = ", enu, " GeV"));
      rest = cube::minus(rest, p);
      rest_energy -= own;
      particles.push_back({.pdg = code,
                           .status = Particle::final,
                           .mother = static_cast<std::int32_t>(target_place),
                           .px = p[0],
                           .py = p[1],
                           .pz = p[2],
                           .E = own});
    };
    int etas = 0;
    for (std::size_t k = event.first; k < event.first + static_cast<std::size_t>(event.n); ++k) {
      if (code_[k] != eta) {
        leave(code_[k], momentum_[k], mass_[k]);
        continue;
      }
      const int use = use_step + 3 * event.n + 2 * etas++;
      const double first = uniform(event, use), second = uniform(event, use + 1);
      const Vector one = cube::first_photon(momentum_[k], first, second, mass_[k]);
      leave(photon, one, 0);
      leave(photon, cube::minus(momentum_[k], one), 0);
    }
    if (free_proton && largest(rest, rest_energy) < rounding) {
      rest = {0, 0, 0};
      rest_energy = 0;
    }
    particles.push_back({.pdg = remnant_code(whole(charge), whole(baryons)),
                         .status = Particle::remnant,
                         .mother = static_cast<std::int32_t>(target_place),
                         .px = rest[0],
                         .py = rest[1],
                         .pz = rest[2],
                         .E = rest_energy});
    particles.end_event();
  }
}

}  // namespace nugan
