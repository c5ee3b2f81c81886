// A tree with the names and types of GENIE's summary tree, for what the models know.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nugan/Error.hpp>
#include <type_traits>

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

// The hadrons that leave the nucleus: their places among all particles, the events they are of
struct GstChunk : Chunk {
  GstChunk(const EventsView& view, const RunFacts& facts, std::vector<EventKind>& known, bool particles)
      : Chunk(view, facts, known, particles) {
    if (!has_particles) return;
    const auto& p = events.particles;
    auto ends = std::make_shared<std::vector<std::int64_t>>(1, 0);
    for (std::size_t i = 0; i < size; ++i) {
      const auto begin = static_cast<std::size_t>(p.offsets[i]),
                 end = static_cast<std::size_t>(p.offsets[i + 1]);
      for (std::size_t k = begin; k < end; ++k)
        if (p.status[k] == Particle::final && k - begin != lepton_place) {
          hadrons.push_back(k);
          event.push_back(i);
        }
      ends->push_back(std::ssize(hadrons));
    }
    offsets = std::move(ends);
  }

  std::vector<std::size_t> hadrons{}, event{};
  std::shared_ptr<const std::vector<std::int64_t>> offsets{};
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

template <class T, class F>
BranchValues of_hadrons(const GstChunk& c, const F& f) {
  std::vector<T> numbers(c.hadrons.size());
  for (std::size_t j = 0; j < numbers.size(); ++j) numbers[j] = static_cast<T>(f(c.hadrons[j], j));
  return ragged(std::move(numbers), c.offsets);
}

double momentum(const ParticlesView& p, std::size_t k) {
  return std::sqrt(p.px[k] * p.px[k] + p.py[k] * p.py[k] + p.pz[k] * p.pz[k]);
}

// Cosine of the angle to the neutrino
double cosine(const GstChunk& c, std::size_t k, std::size_t event) {
  const auto& p = c.events.particles;
  const auto nu = static_cast<std::size_t>(p.offsets[event]) + neutrino_place;
  const double length = momentum(p, k) * momentum(p, nu);
  const double along = p.px[k] * p.px[nu] + p.py[k] * p.py[nu] + p.pz[k] * p.pz[nu];
  return length > 0 ? std::clamp(along / length, -1.0, 1.0) : 1;
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
  for (std::size_t j = 0; j < c.hadrons.size(); ++j)
    if (kind_of(c.events.particles.pdg[c.hadrons[j]]) == kind) ++numbers[c.event[j]];
  return made(std::move(numbers));
}

#define NUGAN_MOMENTUM(name)                                                                              \
  [](const GstChunk& c) {                                                                                 \
    return of_hadrons<double>(c, [&](std::size_t k, std::size_t) { return c.events.particles.name[k]; }); \
  }

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
    {"nf/I", "hadrons that leave the nucleus",
     [](const GstChunk& c) {
       return each<std::int32_t>(c.size,
                                 [&](std::size_t i) { return (*c.offsets)[i + 1] - (*c.offsets)[i]; });
     }},
    {"pdgf[nf]/I", "their PDG numbers",
     [](const GstChunk& c) {
       return of_hadrons<std::int32_t>(c,
                                       [&](std::size_t k, std::size_t) { return c.events.particles.pdg[k]; });
     }},
    {"Ef[nf]/D", "energies [GeV]", NUGAN_MOMENTUM(E)},
    {"pxf[nf]/D", "momenta, x [GeV]", NUGAN_MOMENTUM(px)},
    {"pyf[nf]/D", "momenta, y [GeV]", NUGAN_MOMENTUM(py)},
    {"pzf[nf]/D", "momenta, z [GeV]", NUGAN_MOMENTUM(pz)},
    {"pf[nf]/D", "momenta [GeV]",
     [](const GstChunk& c) {
       return of_hadrons<double>(c,
                                 [&](std::size_t k, std::size_t) { return momentum(c.events.particles, k); });
     }},
    {"cthf[nf]/D", "cosines of the angles to the neutrino",
     [](const GstChunk& c) {
       return of_hadrons<double>(c, [&](std::size_t k, std::size_t j) { return cosine(c, k, c.event[j]); });
     }},
};

}  // namespace

std::unique_ptr<EventTree> make_gst(RunFacts facts, const EventsView& first) {
  const bool particles = !first.particles.empty();
  auto tree = std::make_unique<LineTree<GstChunk>>("gst", "nugan-hep events: GeV, rad", basket,
                                                   std::move(facts), particles);
  for (const ColumnLine& line : columns)
    if (line.where != Where::extra) {
      const Line<GstChunk> one[] = {{line.leaf.c_str(), line.meaning, line.values}};
      tree->add(one);
    }
  if (!first.mode.empty()) tree->add(modes);
  if (particles) tree->add(hadrons);
  return tree;
}

}  // namespace nugan
