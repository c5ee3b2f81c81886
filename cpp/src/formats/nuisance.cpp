// NUISANCE's flat tree, with the names, types and formulas of NUISANCE 2 (GenericFlux_Vectors). The masses
// are NUISANCE's: W_nuc_rest and x are for a proton at rest, Enu_QE and Q2_QE, as there for neutrinos and
// antineutrinos alike, for a neutron bound by 34 MeV that becomes a proton. What is unknown has NUISANCE's
// value for that.

#include <algorithm>
#include <cmath>
#include <nugan/Error.hpp>
#include <numeric>

#include "LineTree.hpp"
#include "NuisanceChunk.hpp"
#include "make_trees.hpp"

namespace nugan {

namespace {

constexpr std::int64_t basket = 50'000;
constexpr float unset = -999.9F, unset_transverse = -999.99F, unset_w_genie = -999.0F;

using C = NuisanceChunk;

template <auto f>
BranchValues number(const C& c) {
  return each<float>(c.size, [&](std::size_t i) { return f(c, i); });
}

double q3(const C& c, std::size_t i) {
  return std::sqrt(std::max(c.q2(i) + c.q0(i) * c.q0(i), 0.0));
}
double q2_qe(const C& c, std::size_t i) {
  return 2 * c.enu_qe(i) * (c.emu(i) - c.along(i)) - c.mass2(i);
}
double w_at_rest(const C& c, std::size_t i) {
  constexpr double m = nuisance_proton_mass;
  const double w2 = m * m + 2 * m * c.q0(i) - c.q2(i);
  return w2 >= 0 ? std::sqrt(w2) : -999.9;
}

BranchValues modes(const C& c) {
  if (c.events.mode.empty())
    return c.by_kind<std::int32_t>(
        [](const EventKind& kind) { return kind.process.neut(kind.process.channel); });
  return each<std::int32_t>(c.size, [&](std::size_t i) { return c.mode(i); });
}

template <float value>
BranchValues unknown(const C&) {
  return always(value);
}

// Of whole events; of leptons alone it is unknown
template <float otherwise, auto f>
BranchValues of_whole(const C& c) {
  return c.has_particles ? number<f>(c) : always(otherwise);
}

// A component of what leaves: of the lepton, or of all particles
template <auto of_events, auto of_particles>
BranchValues component(const C& c) {
  if (!c.has_particles) return lent(c.events.*of_events);
  const auto& column = c.events.particles.*of_particles;
  return c.leaving.each<float>([&](std::size_t k, std::size_t) { return column[k]; });
}

template <auto of_events>
BranchValues component_of_neutrino(const C& c) {
  const auto& column = c.events.*of_events;
  return column.empty() ? always(0.0F) : lent(column);
}

BranchValues numbers_of_particles(const C& c) {
  if (!c.has_particles)
    return c.by_kind<std::int32_t>([](const EventKind& kind) { return kind.process.lepton(); });
  return c.leaving.each<std::int32_t>([&](std::size_t k, std::size_t) { return c.events.particles.pdg[k]; });
}

template <class T>
BranchValues nothing(const C&) {
  return always(std::vector<T>{}, 0);
}

BranchValues weights(const C& c) {
  if (c.events.wght.empty()) return always(1.0F);
  return each<float>(c.size, [&](std::size_t i) { return c.events.wght[i]; });
}

template <auto f, class T = std::int32_t>
BranchValues of_process(const C& c) {
  return c.by_kind<T>([](const EventKind& kind) { return f(kind.process); });
}

bool is_charged(const Process& process) {
  return process.current == Current::charged;
}
bool is_neutral(const Process& process) {
  return process.current == Current::neutral;
}
int probe(const Process& process) {
  return process.probe;
}
int target(const Process& process) {
  return process.target;
}
int target_nucleons(const Process& process) {
  return nucleons_of(process.target);
}
int target_protons(const Process& process) {
  return protons_of(process.target);
}
int lepton(const Process& process) {
  return process.lepton();
}

using E = EventsView;
using P = ParticlesView;

const Line<C> lines[] = {
    {"Mode/I", "NEUT's mode, 0 where it is not known", modes},
    {"cc/B", "charged current", of_process<is_charged, signed char>},
    {"PDGnu/I", "neutrino, PDG number", of_process<probe>},
    {"Enu_true/F", "neutrino energy [GeV]", [](const C& c) { return lent(c.events.Ev); }},
    {"tgt/I", "target nucleus, PDG number", of_process<target>},
    {"tgta/I", "its nucleons", of_process<target_nucleons>},
    {"tgtz/I", "its protons", of_process<target_protons>},
    {"PDGLep/I", "lepton, PDG number", of_process<lepton>},
    {"ELep/F", "its energy [GeV]", [](const C& c) { return lent(c.events.El); }},
    {"CosLep/F", "cosine of its angle", number<[](const C& c, std::size_t i) { return c.events.cthl[i]; }>},
    {"Q2/F", "four-momentum transfer [GeV^2]", [](const C& c) { return lent(c.events.Q2); }},
    {"q0/F", "energy transfer [GeV]", number<[](const C& c, std::size_t i) { return c.q0(i); }>},
    {"q3/F", "momentum transfer [GeV]", number<q3>},
    {"Enu_QE/F", "neutrino energy of a quasielastic event [GeV]",
     number<[](const C& c, std::size_t i) { return c.enu_qe(i); }>},
    {"Q2_QE/F", "four-momentum transfer of a quasielastic event [GeV^2]", number<q2_qe>},
    {"W_nuc_rest/F", "hadronic mass for a proton at rest [GeV]", number<w_at_rest>},
    {"W/F", "the same: NUISANCE knows no other", number<w_at_rest>},
    {"W_genie/F", "unknown", unknown<unset_w_genie>},
    {"x/F", "Bjorken x for a proton at rest",
     number<[](const C& c, std::size_t i) { return c.q2(i) / (2 * nuisance_proton_mass * c.q0(i)); }>},
    {"y/F", "inelasticity", number<[](const C& c, std::size_t i) { return 1 - c.emu(i) / c.enu(i); }>},
    {"Erecoil_minerva/F",
     "kinetic energies of protons and charged pions, all of pi0, electrons, photons [GeV]",
     of_whole<unset, [](const C& c, std::size_t i) { return c.whole[i].recoil.minerva; }>},
    {"Erecoil_charged/F", "kinetic energies of protons, all of others but neutrons, pi0, photons [GeV]",
     of_whole<unset, [](const C& c, std::size_t i) { return c.whole[i].recoil.charged; }>},
    {"EavAlt/F", "q0 without the kinetic energies of neutrons and the masses of pions [GeV]",
     of_whole<unset, [](const C& c, std::size_t i) { return c.whole[i].recoil.available; }>},
    {"Emiss/F", "unknown", unknown<unset>},
    {"Emiss_preFSI/F", "unknown", unknown<unset>},
    {"CosThetaAdler/F", "of the pion's Adler angle, where one pion and one nucleon leave",
     of_whole<unset, [](const C& c, std::size_t i) { return c.whole[i].adler.cosine; }>},
    {"PhiAdler/F", "the other Adler angle [degrees]",
     of_whole<unset, [](const C& c, std::size_t i) { return c.whole[i].adler.phi; }>},
    {"dalphat/F", "delta alphaT of lepton and fastest proton [rad]; without a proton -9999",
     of_whole<unset_transverse, [](const C& c, std::size_t i) { return c.whole[i].imbalance.dalphat; }>},
    {"dpt/F", "delta pT [MeV]",
     of_whole<unset_transverse, [](const C& c, std::size_t i) { return c.whole[i].imbalance.dpt; }>},
    {"dphit/F", "delta phiT [rad]",
     of_whole<unset_transverse, [](const C& c, std::size_t i) { return c.whole[i].imbalance.dphit; }>},
    {"pnreco_C/F", "pN as of carbon [GeV]",
     of_whole<unset_transverse, [](const C& c, std::size_t i) { return c.whole[i].imbalance.pn; }>},
    {"nfsp/I", "particles that leave the nucleus",
     [](const C& c) { return c.has_particles ? c.leaving.counts() : always(1); }},
    {"px[nfsp]/F", "their momenta, x [GeV]", component<&E::pxl, &P::px>},
    {"py[nfsp]/F", "y [GeV]", component<&E::pyl, &P::py>},
    {"pz[nfsp]/F", "z [GeV]", component<&E::pzl, &P::pz>},
    {"E[nfsp]/F", "energies [GeV]", component<&E::El, &P::E>},
    {"pdg[nfsp]/I", "PDG numbers", numbers_of_particles},
    {"ninitp/I", "initial particles: the neutrino, as NUISANCE needs it to read the file back",
     [](const C&) { return always(1); }},
    {"px_init[ninitp]/F", "its momentum, x [GeV]", component_of_neutrino<&E::pxv>},
    {"py_init[ninitp]/F", "y [GeV]", component_of_neutrino<&E::pyv>},
    {"pz_init[ninitp]/F", "z [GeV]",
     [](const C& c) { return lent(c.events.pzv.empty() ? c.events.Ev : c.events.pzv); }},
    {"E_init[ninitp]/F", "energy [GeV]", [](const C& c) { return lent(c.events.Ev); }},
    {"pdg_init[ninitp]/I", "PDG number", of_process<probe>},
    {"nvertp/I", "particles before they leave the nucleus: unknown", [](const C&) { return always(0); }},
    {"px_vert[nvertp]/F", "none", nothing<float>},
    {"py_vert[nvertp]/F", "none", nothing<float>},
    {"pz_vert[nvertp]/F", "none", nothing<float>},
    {"E_vert[nvertp]/F", "none", nothing<float>},
    {"pdg_vert[nvertp]/I", "none", nothing<std::int32_t>},
    {"Weight/F", "event weight", weights},
    {"InputWeight/F", "the same", weights},
    {"RWWeight/F", "1", [](const C&) { return always(1.0F); }},
    {"fScaleFactor/D", "sum(Weight * fScaleFactor) is the cross section, cm2 per nucleon", nullptr},
    {"CustomWeight/F", "1", [](const C&) { return always(1.0F); }},
    {"CustomWeightArray[6]/F", "1", [](const C&) { return always(std::vector<float>(6, 1)); }},
    {"flagCCINC/O", "charged current", of_process<is_charged, unsigned char>},
    {"flagNCINC/O", "neutral current", of_process<is_neutral, unsigned char>},
};

template <auto test>
BranchValues signal(const C& c) {
  return each<unsigned char>(c.size, [&](std::size_t i) { return test(c.whole[i].signal); });
}

// One pion and no other meson
template <auto current, auto pion>
BranchValues one_pion(const C& c) {
  return signal<[](const Signal& s) { return s.*current && s.mesons == 1 && s.*pion == 1; }>(c);
}

// Of whole events alone
const Line<C> signals[] = {
    {"flagCCQE/O", "quasielastic", signal<[](const Signal& s) { return s.charged && s.mode == 1; }>},
    {"flagCC0pi/O", "charged current without mesons",
     signal<[](const Signal& s) { return s.charged && s.mesons == 0; }>},
    {"flagCCQELike/O", "quasielastic or of two nucleons",
     signal<[](const Signal& s) { return s.charged && (s.mode == 1 || s.mode == 2); }>},
    {"flagNCEL/O", "elastic",
     signal<[](const Signal& s) { return s.neutral && (s.mode == 51 || s.mode == 52); }>},
    {"flagNC0pi/O", "neutral current without mesons",
     signal<[](const Signal& s) { return s.neutral && s.mesons == 0; }>},
    {"flagCCcoh/O", "coherent, with a pi+",
     signal<[](const Signal& s) { return s.charged && s.mode == 16 && s.pi_plus == 1; }>},
    {"flagNCcoh/O", "coherent, with a pi0",
     signal<[](const Signal& s) { return s.neutral && s.mode == 36 && s.pi_zero == 1; }>},
    {"flagCC1pip/O", "charged current with a pi+, no other meson",
     one_pion<&Signal::charged, &Signal::pi_plus>},
    {"flagNC1pip/O", "neutral current with a pi+, no other meson",
     one_pion<&Signal::neutral, &Signal::pi_plus>},
    {"flagCC1pim/O", "charged current with a pi-, no other meson",
     one_pion<&Signal::charged, &Signal::pi_minus>},
    {"flagNC1pim/O", "neutral current with a pi-, no other meson",
     one_pion<&Signal::neutral, &Signal::pi_minus>},
    {"flagCC1pi0/O", "charged current with a pi0, no other meson",
     one_pion<&Signal::charged, &Signal::pi_zero>},
    {"flagNC1pi0/O", "neutral current with a pi0, no other meson",
     one_pion<&Signal::neutral, &Signal::pi_zero>},
};

// For one energy, 1 in a bin of 1 MeV around it
Flux flux_of(const RunFacts& facts) {
  if (facts.flux) return *facts.flux;
  if (!facts.energy) throw Error("format nuisance holds a flux: expected events of a flux or of one energy");
  return {.edges = {*facts.energy - 0.5e-3, *facts.energy + 0.5e-3}, .density = {1e3}};
}

class NuisanceTree final : public LineTree<C> {
 public:
  NuisanceTree(RunFacts facts, const EventsView& first)
      : LineTree("FlatTree_VARS", "FlatTree_VARS", basket, std::move(facts), first),
        flux_(flux_of(facts_)),
        spectrum_(flux_.density.size()) {
    add(lines);
    if (has_particles()) add(signals);
    add_replicas();
  }

  std::vector<BranchValues> values(const EventsView& events) override {
    std::vector<double> sums(spectrum_.size());
    const auto last = std::ssize(sums) - 1;
    for (std::size_t i = 0; i < events.size(); ++i) {
      // float32 may lie just outside of the flux
      const auto above = std::ranges::upper_bound(flux_.edges, static_cast<double>(events.Ev[i]));
      const auto bin = std::clamp<std::ptrdiff_t>(above - flux_.edges.begin() - 1, 0, last);
      sums[static_cast<std::size_t>(bin)] += events.wght.empty() ? 1 : static_cast<float>(events.wght[i]);
    }
    for (std::size_t k = 0; k < sums.size(); ++k) spectrum_[k] += sums[k];
    return LineTree::values(events);
  }

  TreeEnd end(double sigma, std::optional<double>) const override {
    const double sum = std::accumulate(spectrum_.begin(), spectrum_.end(), 0.0);
    const double weights = sum != 0 ? sum : 1, integral = flux_.integral();
    std::vector<double> rate;
    for (std::size_t k = 0; k < spectrum_.size(); ++k)
      rate.push_back(spectrum_[k] / weights * sigma * integral / (flux_.edges[k + 1] - flux_.edges[k]));
    return {
        .late = {sigma * 1e-38 / weights},
        .histograms = {{"FlatTree_FLUX", flux_.edges, flux_.density}, {"FlatTree_EVT", flux_.edges, rate}}};
  }

 private:
  Flux flux_;
  std::vector<double> spectrum_;  ///< weights of the events in the bins of the flux
};

}  // namespace

std::unique_ptr<EventTree> make_nuisance(RunFacts facts, const EventsView& first) {
  return std::make_unique<NuisanceTree>(std::move(facts), first);
}

}  // namespace nugan
