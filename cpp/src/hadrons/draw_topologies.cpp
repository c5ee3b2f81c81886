// The first stage: interaction mode, rare hadrons, numbers of pions and nucleons.

#include <nugan/Constants.hpp>
#include <numeric>

#include "HadronWorker.hpp"
#include "allowed.hpp"
#include "hadron_draws.hpp"

namespace nugan {

namespace {

constexpr float forbidden = -1e30f;

}  // namespace

// The class whose part of the cumulative distribution holds a uniform number
int HadronWorker::choose(int classes, int lane, double uniform) const {
  // exponentials of what is forbidden are the least that there are
  constexpr float least = 1e-37f;
  const float* const begin = column(raw_.get(), lane).at;
  const double wanted = uniform * unit_[static_cast<std::size_t>(lane)];
  double sum = 0;
  int last = 0;
  for (int k = 0; k < classes; ++k) {
    const float part = begin[k * tile_];
    if (!(part > least)) continue;
    last = k;
    sum += part;
    if (wanted < sum) break;
  }
  return last;
}

void HadronWorker::draw_topologies(std::size_t begin, int count) {
  std::array<Balance, most_lanes> balance{};
  const HadronNetworks& tables = net_.tables();
  Drawn* const events = drawn_.data() + begin;
  const auto layer = [&](const PackedDense& dense, float* in, float* out, bool activate) {
    kernels_.layer(lot(in, out, count), dense, activate);
  };
  float *const x = inputs_.get(), *const hidden = hidden_.get(), *const other = other_.get(),
               *const raw = raw_.get();
  for (int lane = 0; lane < count; ++lane) {
    Column put = column(x, lane);
    put_lepton(put, events[lane]);
  }
  kernels_.inputs(lot(x, x, count), net_.lepton.data(), lepton_inputs);
  layer(net_.mode[0], x, other, true);
  layer(net_.mode[1], other, hidden, true);
  layer(net_.mode[2], hidden, raw, false);
  if (is_free(tables))
    for (int lane = 0; lane < count; ++lane) {
      float* const logits = column(raw, lane).at;
      for (int mode = 0; mode < hadron_modes; ++mode)
        if (!allows_mode(tables, mode, events[lane].spare)) logits[mode * tile_] = forbidden;
    }
  kernels_.exponentials(lot(raw, unit_.get(), count), hadron_modes);
  for (int lane = 0; lane < count; ++lane) {
    Drawn& event = events[lane];
    event.mode = choose(hadron_modes, lane, uniform(event, use_mode));
    Column put = column(x, lane, lepton_inputs);
    for (int mode = 0; mode < hadron_modes; ++mode) put(mode == event.mode);
  }
  layer(net_.first, x, other, true);
  layer(net_.second, other, hidden, true);
  const int width = net_.second.outputs;

  const int words = net_.ends[0].outputs;
  layer(net_.heads[0], hidden, other, true);
  layer(net_.ends[0], other, raw, false);
  for (int lane = 0; lane < count; ++lane) {
    float* const logits = column(raw, lane).at;
    bool any = false;
    for (int k = 0; k < words; ++k) {
      const bool allowed = events[lane].spare >= word_energy_[static_cast<std::size_t>(k)];
      any |= allowed;
      if (!allowed && (k > 0 || any)) logits[k * tile_] = forbidden;
    }
    if (any && !(events[lane].spare >= word_energy_[0])) logits[0] = forbidden;
  }
  kernels_.exponentials(lot(raw, unit_.get(), count), words);
  for (int lane = 0; lane < count; ++lane) {
    Drawn& event = events[lane];
    event.word = choose(words, lane, uniform(event, use_word));
    const HadronWord& word = tables.words[static_cast<std::size_t>(event.word)];
    event.counts[0] = static_cast<int>(word.codes.size());
    const double left = tables.charge - word.charge;
    balance[static_cast<std::size_t>(lane)] = {tables.baryons - word.baryons - left, left,
                                               event.spare - word.mass + word.baryons * nucleon_mass};
  }
  for (std::size_t j = 0; j < counted_species; ++j) {
    const CountedSpecies& species = tables.counted[j];
    const int classes = tables.most[j] + 1;
    const double cost = species.mass - species.baryons * nucleon_mass;
    for (int lane = 0; lane < count; ++lane) {
      const Drawn& event = events[lane];
      Column put = column(hidden, lane, width);
      for (const double x_of_word : tables.words[static_cast<std::size_t>(event.word)].inputs) put(x_of_word);
      for (std::size_t i = 1; i <= j; ++i) put(share_of(event.counts[i]));
      for (std::size_t i = 1; i <= j; ++i) put(event.counts[i] == 1);
      for (std::size_t i = 1; i <= j; ++i) put(event.counts[i] > 1);
    }
    layer(net_.heads[j + 1], hidden, other, true);
    layer(net_.ends[j + 1], other, raw, false);
    for (int lane = 0; lane < count; ++lane) {
      const auto& counts = events[lane].counts;
      const int before =
          std::accumulate(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(j) + 1, 0);
      allow_counts(tables, j, balance[static_cast<std::size_t>(lane)], before, allowed_);
      float* const logits = column(raw, lane).at;
      for (int k = 0; k < classes; ++k)
        if (!allowed_[static_cast<std::size_t>(k)]) logits[k * tile_] = forbidden;
    }
    kernels_.exponentials(lot(raw, unit_.get(), count), classes);
    for (int lane = 0; lane < count; ++lane) {
      Drawn& event = events[lane];
      const int k = choose(classes, lane, uniform(event, use_count + static_cast<int>(j)));
      event.counts[j + 1] = k;
      Balance& left = balance[static_cast<std::size_t>(lane)];
      left.neutrons -= k * (species.baryons - species.charge);
      left.protons -= k * species.charge;
      left.energy -= k * cost;
    }
  }
  for (int lane = 0; lane < count; ++lane) list_hadrons(events[lane]);
}

void HadronWorker::list_hadrons(Drawn& event) {
  const HadronNetworks& tables = net_.tables();
  const HadronWord& word = tables.words[static_cast<std::size_t>(event.word)];
  event.first = mass_.size();
  event.remaining = event.counts;
  event.masses = word.mass;
  double baryons = word.baryons;
  for (std::size_t k = 0; k < word.codes.size(); ++k) {
    kind_.push_back(0);
    code_.push_back(word.codes[k]);
    mass_.push_back(word.masses[k]);
  }
  for (std::size_t j = 0; j < counted_species; ++j) {
    const int count = event.counts[j + 1];
    event.masses += count * tables.counted[j].mass;
    baryons += count * tables.counted[j].baryons;
    for (int k = 0; k < count; ++k) {
      kind_.push_back(static_cast<int>(j) + 1);
      code_.push_back(tables.counted[j].pdg);
      mass_.push_back(tables.counted[j].mass);
    }
  }
  event.n = static_cast<int>(mass_.size() - event.first);
  event.available = event.omega + baryons * nucleon_mass;
  event.rest = event.masses;
}

}  // namespace nugan
