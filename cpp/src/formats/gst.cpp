// A tree with the names and types of GENIE's summary tree, for what the models know.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nugan/Error.hpp>
#include <type_traits>

#include "../physics/dot.hpp"
#include "Leaving.hpp"
#include "LineTree.hpp"
#include "make_trees.hpp"

namespace nugan {

namespace {

constexpr std::int64_t basket = 100'000;

// What a derived column follows from
struct OfTarget {
  std::int32_t tgt;
};

template <class T>
constexpr const char* letter = std::is_same_v<T, bool>           ? "/O"
                               : std::is_same_v<T, std::int32_t> ? "/I"
                               : std::is_same_v<T, float>        ? "/F"
                                                                 : "/D";

struct GstChunk : Chunk {
  GstChunk(const EventsView& view, const RunFacts& facts, std::vector<EventKind>& known, bool particles)
      : Chunk(view, facts, known, particles) {
    if (has_particles) hadrons = Leaving(events.particles, size, false);
  }

  Leaving hadrons{};
};

// A column that is there, or what stands for it: a number, or another column
template <class T, class Otherwise>
BranchValues column(const GstChunk& c, const char* name, std::span<const T> values,
                    const Otherwise& otherwise) {
  if constexpr (std::is_same_v<T, std::int32_t>) {
    if (!c.neu.empty() && std::strcmp(name, "neu") == 0) return made(c.neu);
    if (!c.tgt.empty() && std::strcmp(name, "tgt") == 0) return made(c.tgt);
  }
  if (!values.empty() || c.size == 0) return lent(values);
  if (std::strcmp(name, "neu") == 0)
    return c.by_kind<T>([](const EventKind& kind) { return kind.process.probe; });
  if (std::strcmp(name, "tgt") == 0)
    return c.by_kind<T>([](const EventKind& kind) { return kind.process.target; });
  if (std::strcmp(name, "cc") == 0)
    return c.by_kind<T>([](const EventKind& kind) { return kind.process.current == Current::charged; });
  if constexpr (std::is_arithmetic_v<Otherwise>)
    return always(static_cast<T>(otherwise));
  else
    return lent(otherwise);
}

// A column of GENIE's of the same name that the events have is theirs; `event` stands for these in
// `otherwise`
#define NUGAN_LINE(type, name, where, otherwise, meaning)                              \
  {(std::string(#name) + letter<type>), meaning, Where::where, [](const GstChunk& c) { \
     [[maybe_unused]] const EventsView& event = c.events;                              \
     return column(c, #name, event.name, otherwise);                                   \
   }},
#define NUGAN_DERIVED_LINE(type, name, value, meaning)                                           \
  {(std::string(#name) + letter<type>), meaning, Where::derived, [](const GstChunk& c) {         \
     const auto of = [](const OfTarget& event) { return static_cast<type>(value); };             \
     if (c.events.tgt.empty())                                                                   \
       return c.by_kind<type>([&](const EventKind& kind) { return of({kind.process.target}); }); \
     return each<type>(c.size, [&](std::size_t i) { return of({c.events.tgt[i]}); });            \
   }},

struct ColumnLine {
  std::string leaf;
  const char* meaning;
  Where where;
  BranchValues (*values)(const GstChunk&);
};

const std::vector<ColumnLine> columns = {NUGAN_COLUMNS(NUGAN_LINE, NUGAN_DERIVED_LINE)};

template <Mode mode>
BranchValues is_mode(const GstChunk& c) {
  return each<unsigned char>(c.size,
                             [&](std::size_t i) { return c.events.mode[i] == static_cast<int>(mode); });
}

const Line<GstChunk> modes[] = {
    {"qel/O", "quasielastic", is_mode<Mode::qel>},
    {"mec/O", "scattering off a pair of nucleons", is_mode<Mode::mec>},
    {"res/O", "production of a resonance", is_mode<Mode::res>},
    {"dis/O", "deep-inelastic", is_mode<Mode::dis>},
    {"coh/O", "coherent production of a meson", is_mode<Mode::coh>},
    {"nc/O", "neutral current",
     [](const GstChunk& c) {
       return c.by_kind<unsigned char>(
           [](const EventKind& kind) { return kind.process.current == Current::neutral; });
     }},
};

double length(const FourMomentum& p) {
  return std::sqrt(dot(p, p));
}

// Cosine of the angle to the neutrino
double cosine(const FourMomentum& p, const FourMomentum& nu) {
  const double size = length(p) * length(nu);
  return size > 0 ? std::clamp(dot(p, nu) / size, -1.0, 1.0) : 1;
}

// GENIE's classes of hadrons, in the order of its branches; antinucleons count as nucleons
enum Kind { p, n, pip, pim, pi0, kp, km, k0, em, other };

Kind kind_of(int pdg) {
  switch (pdg) {
    case 2212:
    case -2212:
      return p;
    case 2112:
    case -2112:
      return n;
    case 211:
      return pip;
    case -211:
      return pim;
    case 111:
      return pi0;
    case 321:
      return kp;
    case -321:
      return km;
    case 311:
    case -311:
      return k0;
    case 22:
    case 11:
    case -11:
      return em;
    default:
      return other;
  }
}

template <Kind kind>
BranchValues number_of(const GstChunk& c) {
  std::vector<std::int32_t> numbers(c.size);
  for (std::size_t j = 0; j < c.hadrons.place.size(); ++j)
    if (kind_of(c.events.particles.pdg[c.hadrons.place[j]]) == kind) ++numbers[c.hadrons.event[j]];
  return made(std::move(numbers));
}

template <auto column>
BranchValues of_hadrons(const GstChunk& c) {
  using T = std::remove_cvref_t<decltype((c.events.particles.*column)[0])>;
  return c.hadrons.each<T>([&](std::size_t k, std::size_t) { return (c.events.particles.*column)[k]; });
}

using P = ParticlesView;

const Line<GstChunk> hadrons[] = {
    {"nfp/I", "protons that leave the nucleus", number_of<p>},
    {"nfn/I", "neutrons", number_of<n>},
    {"nfpip/I", "pi+", number_of<pip>},
    {"nfpim/I", "pi-", number_of<pim>},
    {"nfpi0/I", "pi0", number_of<pi0>},
    {"nfkp/I", "K+", number_of<kp>},
    {"nfkm/I", "K-", number_of<km>},
    {"nfk0/I", "K0 and anti-K0", number_of<k0>},
    {"nfem/I", "photons, electrons and positrons", number_of<em>},
    {"nfother/I", "other hadrons", number_of<other>},
    {"nf/I", "hadrons that leave the nucleus", [](const GstChunk& c) { return c.hadrons.counts(); }},
    {"pdgf[nf]/I", "their PDG numbers", of_hadrons<&P::pdg>},
    {"Ef[nf]/D", "energies [GeV]", of_hadrons<&P::E>},
    {"pxf[nf]/D", "momenta, x [GeV]", of_hadrons<&P::px>},
    {"pyf[nf]/D", "momenta, y [GeV]", of_hadrons<&P::py>},
    {"pzf[nf]/D", "momenta, z [GeV]", of_hadrons<&P::pz>},
    {"pf[nf]/D", "momenta [GeV]",
     [](const GstChunk& c) {
       return c.hadrons.each<double>([&](std::size_t k, std::size_t) { return length(c.momentum(k)); });
     }},
    {"cthf[nf]/D", "cosines of the angles to the neutrino",
     [](const GstChunk& c) {
       return c.hadrons.each<double>(
           [&](std::size_t k, std::size_t i) { return cosine(c.momentum(k), c.neutrino(i)); });
     }},
};

}  // namespace

std::unique_ptr<EventTree> make_gst(RunFacts facts, const EventsView& first) {
  auto tree = std::make_unique<LineTree<GstChunk>>("gst", "nugan-hep events: GeV, rad", basket,
                                                   std::move(facts), first);
  for (const ColumnLine& line : columns)
    if (line.where != Where::extra) {
      const Line<GstChunk> one[] = {{line.leaf.c_str(), line.meaning, line.values}};
      tree->add(one);
    }
  if (!first.mode.empty()) tree->add(modes);
  if (tree->has_particles()) tree->add(hadrons);
  tree->add_replicas();
  return tree;
}

}  // namespace nugan
