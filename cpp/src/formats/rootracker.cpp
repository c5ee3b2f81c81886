// The tree gRooTracker as GENIE's gntpc writes it and edep-sim reads it. Where the model has no hadrons, an
// event is four particles: neutrino, target, what the lepton leaves of them (GENIE's hadronic blob, not
// tracked), and the lepton. What the models do not know is 0.

#include <cmath>
#include <nugan/nuclear_mass.hpp>

#include "../text/message.hpp"
#include "LineTree.hpp"
#include "make_trees.hpp"

namespace nugan {

namespace {

constexpr std::int64_t basket = 10'000;  // 9 MB for a reader that holds a basket of every branch
constexpr std::size_t four = 4;
constexpr int hadronic_blob = 2000000002;

// GENIE's name of an interaction, without the nucleon and the kind of scattering where they are not known
std::string event_code(const Process& process, Mode mode) {
  const int nucleon = process.struck_nucleon();
  const std::string struck = nucleon != 0 ? message("N:", nucleon, ";") : std::string();
  return message("nu:", process.probe, ";tgt:", process.target, ";", struck, "proc:Weak[",
                 process.current_name(), "],", name_of(mode).genie, ";");
}

int as_particle(int target) {
  return target == hydrogen ? proton : target;
}

using C = Chunk;

BranchValues codes(const C& c) {
  BranchValues values;
  if (c.events.mode.empty()) {
    for (const auto& kind : c.kinds) values.texts.push_back(event_code(kind.process, kind.process.channel));
    values.which = c.which;
    if (c.which.empty()) values.texts = {values.texts.at(c.only)};
    return values;
  }
  for (const auto& kind : c.kinds)
    for (int mode = 0; mode < mode_count; ++mode)
      values.texts.push_back(event_code(kind.process, static_cast<Mode>(mode)));
  values.which.reserve(c.size);
  for (std::size_t i = 0; i < c.size; ++i) {
    const auto mode = static_cast<std::uint32_t>(c.events.mode[i]);
    const auto kind = c.which.empty() ? c.only : c.which[i];
    values.which.push_back(kind * mode_count + (mode < mode_count ? mode : 0));
  }
  return values;
}

BranchValues cross_sections(const C& c) {
  if (c.which.empty() && c.kinds[c.only].sigma) return always(c.kinds[c.only].cross_section(0));
  return each<double>(c.size, [&](std::size_t i) { return c.kind(i).cross_section(c.events.Ev[i]); });
}

BranchValues vertices(const C& c) {
  const auto& e = c.events;
  const std::span<const double> columns[] = {e.vtxx, e.vtxy, e.vtxz, e.vtxt};
  if (e.vtxx.empty() && e.vtxy.empty() && e.vtxz.empty() && e.vtxt.empty())
    return always(std::vector<double>(4));
  std::vector<double> places(4 * c.size);
  for (std::size_t k = 0; k < 4; ++k)
    if (!columns[k].empty())
      for (std::size_t i = 0; i < c.size; ++i) places[4 * i + k] = columns[k][i];
  return made(std::move(places), 4);
}

// The values of the four particles, the same of all events, or one value for each of the listed ones
BranchValues of_particles(const C& c, std::vector<std::int32_t> of_four, std::int32_t of_listed) {
  if (!c.has_particles) return always(std::move(of_four), four);
  return ragged(std::vector<std::int32_t>(c.particles, of_listed), c.events.particles.offsets);
}

BranchValues zeros(const C& c, std::size_t width) {
  if (!c.has_particles) return always(std::vector<double>(four * width), four);
  return ragged(std::vector<double>(width * c.particles), c.events.particles.offsets);
}

BranchValues numbers_of_particles(const C& c) {
  if (c.has_particles) return ragged(c.of_particles(c.events.particles.pdg), c.events.particles.offsets);
  const auto of_kind = [](const Process& process) {
    return std::vector<std::int32_t>{process.probe, as_particle(process.target), hadronic_blob,
                                     process.lepton()};
  };
  if (c.which.empty()) return always(of_kind(c.kinds[c.only].process), four);
  std::vector<std::vector<std::int32_t>> known;
  for (const auto& kind : c.kinds) known.push_back(of_kind(kind.process));
  std::vector<std::int32_t> pdg;
  pdg.reserve(four * c.size);
  for (const std::uint32_t kind : c.which) pdg.insert(pdg.end(), known[kind].begin(), known[kind].end());
  return made(std::move(pdg), four, four);
}

void set(double* p4, double x, double y, double z, double mass) {
  p4[0] = x;
  p4[1] = y;
  p4[2] = z;
  p4[3] = std::sqrt(x * x + z * z + y * y + mass * mass);  // in the order of files so far
}

BranchValues momenta(const C& c) {
  const auto& e = c.events;
  if (c.has_particles) {
    const auto& p = e.particles;
    std::vector<double> all;
    all.reserve(4 * c.particles);
    for (std::size_t k = c.first_particle; k < c.first_particle + c.particles; ++k)
      for (const double component : {p.px[k], p.py[k], p.pz[k], p.E[k]}) all.push_back(component);
    return ragged(std::move(all), p.offsets);
  }
  std::vector<std::pair<double, double>> masses;  // of target and lepton
  for (const auto& kind : c.kinds)
    masses.emplace_back(nuclear_mass(kind.process.target), kind.process.lepton_mass());
  std::vector<double> all(4 * four * c.size);
  for (std::size_t i = 0; i < c.size; ++i) {
    double* neutrino = all.data() + 4 * four * i;
    double *target = neutrino + 4, *rest = target + 4, *lepton = rest + 4;
    const auto& [target_mass, lepton_mass] = masses[c.which.empty() ? c.only : c.which[i]];
    set(neutrino, e.pxv.empty() ? 0 : e.pxv[i], e.pyv.empty() ? 0 : e.pyv[i],
        e.pzv.empty() ? e.Ev[i] : e.pzv[i], 0);
    target[3] = target_mass;
    set(lepton, e.pxl[i], e.pyl[i], e.pzl[i], lepton_mass);
    for (std::size_t k = 0; k < 4; ++k) rest[k] = neutrino[k] + target[k] - lepton[k];
  }
  return made(std::move(all), 4 * four, four);
}

// The first or the last particle of an event whose mother each one is; -1 of those that have none
BranchValues daughters(const C& c, bool last) {
  const auto& p = c.events.particles;
  std::vector<std::int32_t> places(c.particles, -1);
  for (std::size_t i = 0; i < c.size; ++i) {
    const auto begin = p.offsets[i], end = p.offsets[i + 1];
    for (auto k = begin; k < end; ++k) {
      const auto mother = p.mother[static_cast<std::size_t>(k)];
      if (mother < 0 || mother >= end - begin) continue;
      auto& daughter = places[static_cast<std::size_t>(begin - p.offsets[0] + mother)];
      if (last || daughter < 0) daughter = static_cast<std::int32_t>(k - begin);
    }
  }
  return ragged(std::move(places), p.offsets);
}

const Line<C> lines[] = {
    {"EvtFlags/b", "GENIE's flags, none set", [](const C&) { return BranchValues{}; }},
    {"EvtCode/s", "GENIE's name of the interaction", codes},
    {"EvtNum/I", "event number", [](const C& c) { return lent(c.events.iev); }},
    {"EvtXSec/D", "cross section per nucleus [1e-38 cm2]: averaged over the flux, or at the event's energy",
     cross_sections},
    {"EvtDXSec/D", "unknown", [](const C&) { return always(0.0); }},
    {"EvtKPS/i", "unknown", [](const C&) { return always(0U); }},
    {"EvtWght/D", "event weight",
     [](const C& c) { return c.events.wght.empty() ? always(1.0) : lent(c.events.wght); }},
    {"EvtProb/D", "1", [](const C&) { return always(1.0); }},
    {"EvtVtx[4]/D", "vertex: x, y, z [m], t [s]", vertices},
    {"StdHepN/I", "number of particles",
     [](const C& c) {
       if (!c.has_particles) return always(static_cast<std::int32_t>(four));
       const auto offsets = c.events.particles.offsets;
       return each<std::int32_t>(c.size, [&](std::size_t i) { return offsets[i + 1] - offsets[i]; });
     }},
    {"StdHepPdg[StdHepN]/I", "PDG numbers", numbers_of_particles},
    {"StdHepStatus[StdHepN]/I", "0 initial, 1 final, 15 nucleus or blob that is left behind",
     [](const C& c) {
       const auto& p = c.events.particles;
       return c.has_particles ? ragged(c.of_particles(p.status), p.offsets)
                              : always(std::vector<std::int32_t>{0, 0, 15, 1}, four);
     }},
    {"StdHepRescat[StdHepN]/I", "unknown", [](const C& c) { return of_particles(c, {-1, -1, -1, -1}, -1); }},
    {"StdHepX4[StdHepN][4]/D", "unknown", [](const C& c) { return zeros(c, 4); }},
    {"StdHepP4[StdHepN][4]/D", "px, py, pz, E in the laboratory [GeV]", momenta},
    {"StdHepPolz[StdHepN][3]/D", "unknown", [](const C& c) { return zeros(c, 3); }},
    // of four particles, the neutrino becomes the lepton, the target the blob
    {"StdHepFd[StdHepN]/I", "first daughter",
     [](const C& c) { return c.has_particles ? daughters(c, false) : of_particles(c, {3, 2, -1, -1}, 0); }},
    {"StdHepLd[StdHepN]/I", "last daughter",
     [](const C& c) { return c.has_particles ? daughters(c, true) : of_particles(c, {3, 2, -1, -1}, 0); }},
    {"StdHepFm[StdHepN]/I", "first mother",
     [](const C& c) {
       const auto& p = c.events.particles;
       return c.has_particles ? ragged(c.of_particles(p.mother), p.offsets)
                              : of_particles(c, {-1, -1, 1, 0}, 0);
     }},
    {"StdHepLm[StdHepN]/I", "last mother", [](const C& c) { return of_particles(c, {-1, -1, -1, -1}, -1); }},
    {"NuParentPdg/I", "unknown, as all of the neutrino's parent", [](const C&) { return always(0); }},
    {"NuParentDecMode/I", "unknown", [](const C&) { return always(0); }},
    {"NuParentDecP4[4]/D", "unknown", [](const C&) { return always(std::vector<double>(4)); }},
    {"NuParentDecX4[4]/D", "unknown", [](const C&) { return always(std::vector<double>(4)); }},
    {"NuParentProP4[4]/D", "unknown", [](const C&) { return always(std::vector<double>(4)); }},
    {"NuParentProX4[4]/D", "unknown", [](const C&) { return always(std::vector<double>(4)); }},
    {"NuParentProNVtx/I", "unknown", [](const C&) { return always(0); }},
};

class Rootracker final : public LineTree<C> {
 public:
  Rootracker(RunFacts facts, const EventsView& first)
      : LineTree("gRooTracker", "GENIE event tree rootracker format", basket, std::move(facts), first) {
    add(lines);
  }

  // edep-sim takes the weight of the tree for the protons on target
  TreeEnd end(double, std::optional<double> pot) const override { return {.weight = pot.value_or(1)}; }
};

}  // namespace

std::unique_ptr<EventTree> make_rootracker(RunFacts facts, const EventsView& first) {
  return std::make_unique<Rootracker>(std::move(facts), first);
}

}  // namespace nugan
