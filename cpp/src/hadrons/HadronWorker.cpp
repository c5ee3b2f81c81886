#include "HadronWorker.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nugan/Constants.hpp>
#include <nugan/Error.hpp>
#include <nugan/nuclear_mass.hpp>
#include <numbers>
#include <utility>

#include "../message.hpp"
#include "../streams.hpp"

namespace nugan {

namespace {

using cube::Vector;

// Uniform numbers of an event; from `step` on three for each hadron but the last
enum Use : int {
  use_mode = 0,
  use_word = 1,
  use_count = 2,
  use_missing_energy = 7,
  use_missing_momentum = 8,
  use_square = 9,
  use_azimuth = 10,
  use_step = 11
};

constexpr int pi_plus = 0, pi_minus = 2, neutrons = 3, protons = 4;
constexpr int most_lanes = 64;
constexpr double two_pi = 2 * std::numbers::pi, infinite = std::numeric_limits<double>::infinity();
constexpr float forbidden = -1e30f;
// GENIE's number of what is left where that is no nucleus
constexpr int hadronic_blob = 2000000002;

// The columns' numbers of the modes of the networks
constexpr std::array<Mode, hadron_modes> modes = {Mode::qel, Mode::res, Mode::dis, Mode::coh, Mode::mec};

double share_of(double count) {
  return count / (count + 1.5);
}

int remnant_code(double charge, double baryons) {
  const auto z = static_cast<int>(std::lround(charge)), a = static_cast<int>(std::lround(baryons));
  return a > 0 && z >= 0 && z <= a ? 1000000000 + 10000 * z + 10 * a : hadronic_blob;
}

}  // namespace

HadronWorker::HadronWorker(const PackedHadrons& net, const Process& process, std::string model,
                           std::uint64_t seed)
    : net_(net),
      stages_(net.stages()),
      process_(process),
      model_(std::move(model)),
      seed_(seed),
      tile_(stages_.tile),
      lanes_(std::max(1, most_lanes / tile_) * tile_),
      stride_(static_cast<std::int64_t>(net.rows) * tile_),
      inputs_(aligned_floats(static_cast<std::size_t>(net.rows * lanes_))),
      hidden_(aligned_floats(static_cast<std::size_t>(net.rows * lanes_))),
      other_(aligned_floats(static_cast<std::size_t>(net.rows * lanes_))),
      raw_(aligned_floats(static_cast<std::size_t>(net.rows * lanes_))),
      uniform_(aligned_floats(static_cast<std::size_t>(lanes_))),
      unit_(aligned_floats(static_cast<std::size_t>(lanes_))) {
  const HadronNetworks& tables = net.tables();
  for (const auto& word : tables.words) {
    const double mass = word.mass - word.baryons * nucleon_mass, left = tables.charge - word.charge;
    const double missing = std::max(0.0, -(tables.baryons - word.baryons - left));
    // pions can still balance the charge
    const bool balanced = word.baryons <= tables.baryons &&
                          missing <= std::min<double>(left + tables.most[pi_minus], tables.most[pi_plus]);
    word_energy_.push_back(!balanced ? infinite : mass <= 0 ? -infinite : mass + tables.least);
  }
}

void HadronWorker::operator()(Events& events, std::size_t from, std::size_t to, Particles& particles) {
  enter(events, from, to);
  for (std::size_t begin = 0; begin < drawn_.size(); begin += static_cast<std::size_t>(lanes_))
    draw_topologies(begin, static_cast<int>(std::min<std::size_t>(lanes_, drawn_.size() - begin)));
  momentum_.resize(mass_.size());
  for (std::size_t row = 0; row < drawn_.size(); ++row)
    if (drawn_[row].n > 0)
      queues_[static_cast<std::size_t>(drawn_[row].mode)].push_back(static_cast<int>(row));
  while (run_queue()) {
  }
  finish(events, from, particles);
}

void HadronWorker::enter(const Events& events, std::size_t from, std::size_t to) {
  drawn_.assign(to - from, {});
  kind_.clear();
  code_.clear();
  mass_.clear();
  const double mass = process_.lepton_mass();
  for (std::size_t i = from; i < to; ++i) {
    Drawn& event = drawn_[i - from];
    const double enu = events.Ev[i], energy = events.El[i], cosine = events.cthl[i];
    const double p = std::sqrt(cube::positive(energy * energy - mass * mass));
    event.number = events.iev[i];
    event.part = -1;
    event.enu = enu;
    event.omega = enu - energy;
    event.q = std::max(std::sqrt((enu - p) * (enu - p) + 2 * enu * p * (1 - cosine)), 1e-9);
    event.q2 = (event.q - event.omega) * (event.q + event.omega);
    event.across = enu * p * std::sqrt(cube::positive(1 - cosine * cosine)) / event.q;
  }
}

double HadronWorker::uniform(Drawn& event, int number) const {
  if (number / 4 != event.part) {
    event.part = number / 4;
    event.uniforms = Stream(seed_, Stream::hadrons)(event.number, static_cast<std::uint64_t>(event.part));
  }
  return event.uniforms[static_cast<std::size_t>(number % 4)];
}

// --- topology ---

void HadronWorker::put_lepton(Column& put, const Drawn& event) {
  const double elastic = event.omega - event.q2 / (2 * nucleon_mass);
  const double w =
      std::sqrt(cube::positive(nucleon_mass * nucleon_mass + 2 * nucleon_mass * event.omega - event.q2));
  put(event.enu);
  put(event.omega);
  put(event.q);
  put(event.q2);
  put(event.omega);
  put(event.q);
  put(elastic / 0.05);
  put(elastic / 0.3);
  put(std::min(w, 4.0));
  put((w - 1.2) / 0.15);
  put((w - 1.6) / 0.3);
  put(event.across / (event.across + 0.5));
}

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
  struct Balance {
    double neutrons, protons, energy;
  };
  std::array<Balance, most_lanes> balance{};
  const HadronNetworks& tables = net_.tables();
  Drawn* const events = drawn_.data() + begin;
  const auto layer = [&](const PackedDense& dense, float* in, float* out, bool activate) {
    stages_.layer(lot(in, out, count), dense, activate);
  };
  float *const x = inputs_.get(), *const hidden = hidden_.get(), *const other = other_.get(),
               *const raw = raw_.get();
  for (int lane = 0; lane < count; ++lane) {
    Column put = column(x, lane);
    put_lepton(put, events[lane]);
  }
  stages_.inputs(lot(x, x, count), net_.lepton.data(), lepton_inputs);
  layer(net_.mode[0], x, other, true);
  layer(net_.mode[1], other, hidden, true);
  layer(net_.mode[2], hidden, raw, false);
  stages_.exponentials(lot(raw, unit_.get(), count), hadron_modes);
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
      const bool allowed = events[lane].omega >= word_energy_[static_cast<std::size_t>(k)];
      any |= allowed;
      if (!allowed && (k > 0 || any)) logits[k * tile_] = forbidden;
    }
    if (any && !(events[lane].omega >= word_energy_[0])) logits[0] = forbidden;
  }
  stages_.exponentials(lot(raw, unit_.get(), count), words);
  for (int lane = 0; lane < count; ++lane) {
    Drawn& event = events[lane];
    event.word = choose(words, lane, uniform(event, use_word));
    const HadronWord& word = tables.words[static_cast<std::size_t>(event.word)];
    event.counts[0] = static_cast<int>(word.codes.size());
    const double left = tables.charge - word.charge;
    balance[static_cast<std::size_t>(lane)] = {tables.baryons - word.baryons - left, left,
                                               event.omega - word.mass + word.baryons * nucleon_mass};
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
      const Balance& left = balance[static_cast<std::size_t>(lane)];
      // counts that charge and baryon number allow
      double low = 0, high = classes - 1;
      if (j == pi_plus) {  // pi- may take back what is too much
        low = std::max(low, -left.neutrons);
        high = std::min(high, left.protons + tables.most[pi_minus]);
      } else if (j == pi_minus) {
        low = std::max(low, -left.protons);
        high = std::min(high, left.neutrons);
      } else if (j == neutrons || j == protons) {
        high = std::min(high, j == neutrons ? left.neutrons : left.protons);
      }
      // where nothing is left of them the smallest is taken
      if (low > high) low = high = 0;
      const auto energy_allows = [&](int k) { return k == 0 || left.energy - k * cost >= tables.least; };
      bool any = false;
      for (int k = static_cast<int>(low); k <= high && !any; ++k) any = energy_allows(k);
      float* const logits = column(raw, lane).at;
      for (int k = 0; k < classes; ++k)
        if (k < low || k > high || (any && !energy_allows(k))) logits[k * tile_] = forbidden;
    }
    stages_.exponentials(lot(raw, unit_.get(), count), classes);
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

// --- chains of splines ---

// From the arguments of the inputs to the hidden layer and the parameters of the first spline
void HadronWorker::begin_chain(const PackedChain& chain, int count) {
  float *const x = inputs_.get(), *const hidden = hidden_.get(), *const other = other_.get();
  stages_.inputs(lot(x, x, count), chain.inputs.data(), static_cast<int>(chain.inputs.size()));
  stages_.layer(lot(x, other, count), chain.first, true);
  stages_.layer(lot(other, hidden, count), chain.second, true);
  stages_.layer(lot(hidden, raw_.get(), count), chain.start, false);
}

// From the uniform numbers to the variable, whose parameters are there of the first and are made of others
void HadronWorker::draw_variable(const PackedChain& chain, std::size_t variable, int count) {
  float *const hidden = hidden_.get(), *const other = other_.get(), *const raw = raw_.get();
  const PackedDense* last = &chain.start;
  if (variable > 0) {
    stages_.layer(lot(hidden, other, count), chain.heads[variable - 1], true);
    last = &chain.ends[variable - 1];
    stages_.layer(lot(other, raw, count), *last, false);
  }
  stages_.quantile(lot(raw, unit_.get(), count), (last->outputs - 1) / 3, uniform_.get());
}

// Makes inputs of what is known, which lies behind the hidden layer
void HadronWorker::know(const PackedChain& chain, int from, int size, int count) {
  float* const known = hidden_.get() + static_cast<std::int64_t>(chain.second.outputs + from) * tile_;
  stages_.inputs(lot(known, known, count), chain.known.data() + from, size);
}

void HadronWorker::put_counts(Column& put, const Drawn& event) {
  for (const int n : event.counts) put(share_of(n));
  for (const int n : event.counts) put(n == 1);
  for (const int n : event.counts) put(n > 1);
}

void HadronWorker::draw_remnants(int mode, const int* rows, int count) {
  const PackedChain& chain = net_.remnants[static_cast<std::size_t>(mode)];
  const double centre = net_.tables().centre[static_cast<std::size_t>(mode)],
               breadth = net_.tables().width[static_cast<std::size_t>(mode)];
  const int width = chain.second.outputs;
  float* const hidden = hidden_.get();
  const auto event = [&](int lane) -> Drawn& { return drawn_[static_cast<std::size_t>(rows[lane])]; };
  const auto draw = [&](std::size_t variable, int use) {
    for (int lane = 0; lane < count; ++lane)
      uniform_[static_cast<std::size_t>(lane)] = static_cast<float>(uniform(event(lane), use));
    draw_variable(chain, variable, count);
  };
  const auto unit = [&](int lane) -> double { return unit_[static_cast<std::size_t>(lane)]; };
  std::array<double, most_lanes> most{}, r{}, square{};

  for (int lane = 0; lane < count; ++lane) {
    const Drawn& e = event(lane);
    const double largest = e.available - e.masses;
    Column put = column(inputs_.get(), lane);
    put_lepton(put, e);
    put_counts(put, e);
    put(largest);
    put(largest / 0.1);
  }
  begin_chain(chain, count);
  draw(0, use_missing_energy);
  std::array<cube::Bounds, most_lanes> bounds{};
  std::vector<cube::Square> squares(static_cast<std::size_t>(count), {0, 0, 0});
  for (int lane = 0; lane < count; ++lane) {
    const auto at = static_cast<std::size_t>(lane);
    Drawn& e = event(lane);
    const double missing = cube::missing_energy(unit(lane), e.available - e.masses, centre, breadth);
    e.missing = missing;
    e.energy = e.available - missing;
    most[at] = std::sqrt(cube::positive((e.energy - e.masses) * (e.energy + e.masses)));
    const double gap = e.q - most[at];
    bounds[at] = {e.n == 1 ? std::abs(gap) : cube::positive(gap), e.q + most[at]};
    Column put = column(hidden, lane, width);
    put((missing - 0.01) / 0.01);
    put((missing - 0.03) / 0.02);
    put((missing - 0.06) / 0.04);
    put(missing / 0.3);
    put(unit(lane));
  }
  know(chain, 0, 5, count);
  draw(1, use_missing_momentum);
  for (int lane = 0; lane < count; ++lane) {
    const auto at = static_cast<std::size_t>(lane);
    const Drawn& e = event(lane);
    r[at] = cube::missing_momentum(unit(lane), bounds[at].low, bounds[at].high);
    Column put = column(hidden, lane, width + 5);
    put(r[at]);
    put(r[at]);
    put(r[at] / 0.05);
    put((r[at] - 0.22) / 0.05);
    put(bounds[at].low);
    // masses that the hadrons may have, and where two of them lie
    const double lower = (e.q - r[at]) * (e.q - r[at]), side = std::min(e.q + r[at], most[at]);
    const double upper = std::max(side * side, lower), energy2 = e.energy * e.energy;
    squares[at] = cube::Square(e.energy, lower, upper);
    put(std::min(std::sqrt(cube::positive(energy2 - lower)), 4.0));
    put(std::min(std::sqrt(cube::positive(energy2 - upper)), 4.0));
    put(std::clamp(squares[at].place(cube::delta_mass), -1.0, 2.0));
    put(std::clamp(squares[at].place(1.6), -1.0, 2.0));
  }
  know(chain, 5, 9, count);
  draw(2, use_square);
  for (int lane = 0; lane < count; ++lane) {
    const auto at = static_cast<std::size_t>(lane);
    const Drawn& e = event(lane);
    square[at] = e.n == 1 ? most[at] * most[at] : squares[at](unit(lane));
    Column put = column(hidden, lane, width + 14);
    put(e.n == 1 ? 0 : unit(lane));
    put(square[at]);
    put(square[at]);
  }
  know(chain, 14, 3, count);
  draw(3, use_azimuth);
  for (int lane = 0; lane < count; ++lane) {
    const auto at = static_cast<std::size_t>(lane);
    Drawn& e = event(lane);
    e.total = cube::hadron_momentum(e.q, r[at], square[at], two_pi * (unit(lane) - 0.5));
    e.left = e.total;
    wait_for_step(rows[lane]);
  }
}

// The last hadron takes what is left; others wait for the chain of their species
void HadronWorker::wait_for_step(int row) {
  Drawn& event = drawn_[static_cast<std::size_t>(row)];
  const std::size_t place = event.first + static_cast<std::size_t>(event.next);
  const int others = event.n - event.next - 1;
  if (others == 0) {
    momentum_[place] = event.left;
    return;
  }
  const int kind = kind_[place], group = kind == 0 ? 0 : (kind <= 3 ? 1 : 2);
  queues_[static_cast<std::size_t>(hadron_modes + 2 * group + (others == 1 ? 1 : 0))].push_back(row);
}

void HadronWorker::draw_steps(int number, const int* rows, int count) {
  struct Lane {
    Drawn* event;
    std::size_t place;
    int kind;
    cube::Left left;
    cube::Bounds bounds;
    std::array<Vector, 3> axes;
    double t, p, most, y;
  };
  std::array<Lane, most_lanes> lane_states;
  const PackedChain& chain = net_.steps[static_cast<std::size_t>(number)];
  const bool pair = number % 2 == 1;
  const int width = chain.second.outputs;
  float* const hidden = hidden_.get();
  const auto draw = [&](std::size_t variable) {
    for (int lane = 0; lane < count; ++lane) {
      Drawn& e = *lane_states[static_cast<std::size_t>(lane)].event;
      uniform_[static_cast<std::size_t>(lane)] =
          static_cast<float>(uniform(e, use_step + 3 * e.next + static_cast<int>(variable)));
    }
    draw_variable(chain, variable, count);
  };
  const auto unit = [&](int lane) -> double { return unit_[static_cast<std::size_t>(lane)]; };

  for (int lane = 0; lane < count; ++lane) {
    Drawn& e = drawn_[static_cast<std::size_t>(rows[lane])];
    Lane& s = lane_states[static_cast<std::size_t>(lane)];
    s.event = &e;
    s.place = e.first + static_cast<std::size_t>(e.next);
    s.kind = kind_[s.place];
    const double m = mass_[s.place];
    e.rest -= m;
    const int others = e.n - e.next - 1;
    const bool alike = e.next > 0 && kind_[s.place - 1] == s.kind && mass_[s.place - 1] == m;
    s.left = {.energy = e.energy,
              .momentum = cube::size(e.left),
              .mass = m,
              .rest = others == 1 ? mass_[s.place + 1] : e.rest,
              .others = others,
              .same = s.kind > 0 && e.remaining[static_cast<std::size_t>(s.kind)] == others + 1,
              .before = alike ? std::sqrt(cube::dot(e.previous, e.previous) + m * m) : infinite};
    s.bounds = cube::kinetic_bounds(s.left);
    s.axes = cube::local_axes(e.left);
    const double momentum = s.left.momentum, energy = e.energy, rest = s.left.rest;
    const double above = std::sqrt(cube::positive(energy * energy - momentum * momentum)) - m - rest;
    Column put = column(inputs_.get(), lane);
    put(energy - m - rest);
    put(momentum);
    put(momentum);
    put(above);
    put(above / 0.15);
    put(momentum / std::max(energy, 1e-9));
    put(s.bounds.low);
    put(s.bounds.high);
    put(s.bounds.high - s.bounds.low);
    put(m);
    put(e.omega);
    put(e.q);
    put(e.q2);
    put(e.enu);
    put(e.missing / 0.05);
    put(e.missing / 0.2);
    put(cube::size(e.previous));
    put(cube::size(e.earlier));
    const Vector transfer{0, 0, e.q}, across{e.across, 0, 0};
    for (const Vector& v : {transfer, cube::minus(transfer, e.total), across, e.previous, e.earlier}) {
      const double scale = 1 / (cube::size(v) + 0.3);
      for (const Vector& axis : s.axes) put(cube::dot(v, axis) * scale);
    }
    for (int mode = 0; mode < hadron_modes; ++mode) put(mode == e.mode);
    for (const int n : e.counts) put(share_of(n));
    for (const int n : e.remaining) put(share_of(n));
    for (const int n : e.remaining) put(n == 1);
    for (int kind = 0; kind <= counted_species; ++kind) put(kind == s.kind);
  }
  begin_chain(chain, count);
  draw(0);
  for (int lane = 0; lane < count; ++lane) {
    Lane& s = lane_states[static_cast<std::size_t>(lane)];
    s.t = cube::kinetic(unit(lane), s.left, s.bounds);
    s.p = std::sqrt(s.t * (s.t + 2 * s.left.mass));
    s.most = cube::opening_bound(s.p, s.t, s.left);
    Column put = column(hidden, lane, width);
    put(unit(lane));
    put(s.p);
    put(s.p);
    put(s.t);
    put(s.most);
    put(s.most);
    put(s.left.energy - s.left.mass - s.left.rest - s.t);
  }
  know(chain, 0, 7, count);
  if (!pair) draw(1);
  for (int lane = 0; lane < count; ++lane) {
    Lane& s = lane_states[static_cast<std::size_t>(lane)];
    const double angle = pair ? 0 : unit(lane);
    s.y = pair ? s.most : cube::opening(angle, s.p, s.most);
    const double across = s.p * std::sqrt(cube::positive(s.y * (2 - s.y))), p = s.left.momentum;
    const double rest = std::sqrt(cube::positive((p - s.p) * (p - s.p) + 2 * p * s.p * s.y));
    Column put = column(hidden, lane, width + 7);
    put(angle);
    put(s.y);
    put(across);
    put(across);
    put(rest);
    put(rest);
    // the mass together with the hadron before: middle - swing cos(phi - phi of that one)
    const Vector& before = s.event->previous;
    const double m = s.left.mass, other = s.event->previous_mass;
    const Vector last = {cube::dot(before, s.axes[0]), cube::dot(before, s.axes[1]),
                         cube::dot(before, s.axes[2])};
    const double side = std::sqrt(last[0] * last[0] + last[1] * last[1]);
    const double energy = std::sqrt(cube::dot(last, last) + other * other);
    const double middle = m * m + other * other + 2 * (energy * (s.t + m) - last[2] * s.p * (1 - s.y));
    const double swing = 2 * side * across, excess = middle - cube::delta_mass * cube::delta_mass;
    put((std::sqrt(cube::positive(middle)) - cube::delta_mass) / 0.2);
    put(swing);
    put(std::clamp(excess / (swing + 0.01), -2.0, 2.0));
    put(last[0] / (side + 0.05));
    put(last[1] / (side + 0.05));
  }
  know(chain, 7, 11, count);
  draw(2);
  for (int lane = 0; lane < count; ++lane) {
    const Lane& s = lane_states[static_cast<std::size_t>(lane)];
    Drawn& e = *s.event;
    const Vector p = cube::emitted(s.p, s.y, two_pi * (unit(lane) - 0.5), s.axes);
    momentum_[s.place] = p;
    e.left = cube::minus(e.left, p);
    e.energy -= s.left.mass + s.t;
    e.earlier = e.previous;
    e.previous = p;
    e.previous_mass = s.left.mass;
    --e.remaining[static_cast<std::size_t>(s.kind)];
    ++e.next;
    wait_for_step(rows[lane]);
  }
}

// Runs a full lot if there is one, else the largest; false where no event waits
bool HadronWorker::run_queue() {
  std::size_t chosen = 0;
  for (std::size_t k = 1; k < queues_.size(); ++k)
    if (queues_[k].size() > queues_[chosen].size()) chosen = k;
  auto& queue = queues_[chosen];
  if (queue.empty()) return false;
  const std::size_t count = std::min(queue.size(), static_cast<std::size_t>(lanes_));
  std::array<int, most_lanes> rows{};
  std::copy(queue.end() - static_cast<std::ptrdiff_t>(count), queue.end(), rows.begin());
  queue.resize(queue.size() - count);
  const int number = static_cast<int>(chosen);
  if (number < hadron_modes)
    draw_remnants(number, rows.data(), static_cast<int>(count));
  else
    draw_steps(number - hadron_modes, rows.data(), static_cast<int>(count));
  return true;
}

// --- particles ---

void HadronWorker::finish(Events& events, std::size_t from, Particles& particles) {
  const HadronNetworks& tables = net_.tables();
  const bool free_proton = process_.target == hydrogen;
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
    particles.push_back({.pdg = remnant_code(charge, baryons),
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
