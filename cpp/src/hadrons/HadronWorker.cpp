#include "HadronWorker.hpp"

#include <algorithm>
#include <cmath>
#include <nugan/Constants.hpp>
#include <utility>

#include "../random/streams.hpp"
#include "allowed.hpp"
#include "hadron_draws.hpp"

namespace nugan {

namespace {

// Invariant mass of what the lepton leaves of a free proton
double free_mass(double omega, double q) {
  const double total = omega + proton_mass;
  return std::sqrt(cube::positive((total - q) * (total + q)));
}

// What several hadrons of a free proton have at least beyond their masses, GeV
constexpr double least_motion = 1e-6;

}  // namespace

HadronWorker::HadronWorker(const PackedHadrons& net, const Process& process, std::string model,
                           std::uint64_t seed)
    : net_(net),
      kernels_(net.kernels()),
      process_(process),
      model_(std::move(model)),
      seed_(seed),
      tile_(kernels_.tile),
      lanes_(std::max(1, most_lanes / tile_) * tile_),
      stride_(static_cast<std::int64_t>(net.rows) * tile_),
      inputs_(aligned_floats(static_cast<std::size_t>(net.rows * lanes_))),
      hidden_(aligned_floats(static_cast<std::size_t>(net.rows * lanes_))),
      other_(aligned_floats(static_cast<std::size_t>(net.rows * lanes_))),
      raw_(aligned_floats(static_cast<std::size_t>(net.rows * lanes_))),
      uniform_(aligned_floats(static_cast<std::size_t>(lanes_))),
      unit_(aligned_floats(static_cast<std::size_t>(lanes_))) {
  const HadronNetworks& tables = net.tables();
  for (const auto& word : tables.words) word_energy_.push_back(energy_of_word(tables, word));
}

void HadronWorker::operator()(Events& events, std::size_t from, std::size_t to, Particles& particles) {
  enter(events, from, to);
  for (std::size_t begin = 0; begin < drawn_.size(); begin += static_cast<std::size_t>(lanes_))
    draw_topologies(begin, static_cast<int>(std::min<std::size_t>(lanes_, drawn_.size() - begin)));
  momentum_.resize(mass_.size());
  for (std::size_t row = 0; row < drawn_.size(); ++row) {
    if (drawn_[row].n == 0) continue;
    if (is_free(net_.tables()))
      leave_no_remnant(static_cast<int>(row));
    else
      queues_[static_cast<std::size_t>(drawn_[row].mode)].push_back(static_cast<int>(row));
  }
  while (run_queue()) {
  }
  append_particles(events, from, particles);
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
    event.spare = is_free(net_.tables()) ? free_mass(event.omega, event.q) - nucleon_mass : event.omega;
  }
}

double HadronWorker::uniform(Drawn& event, int number) const {
  if (number / 4 != event.part) {
    event.part = number / 4;
    event.uniforms = Stream(seed_, Stream::hadrons)(event.number, static_cast<std::uint64_t>(event.part));
  }
  return event.uniforms[static_cast<std::size_t>(number % 4)];
}

// Hadrons of a free proton have all that the lepton leaves, or more where it leaves less than their masses
void HadronWorker::leave_no_remnant(int row) {
  Drawn& event = drawn_[static_cast<std::size_t>(row)];
  const double mass = std::max(free_mass(event.omega, event.q), event.masses + least_motion);
  event.energy = std::sqrt(event.q * event.q + mass * mass);
  event.missing = event.available - event.energy;
  event.total = event.left = {0, 0, event.q};
  wait_for_step(row);
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

// --- inputs of several networks ---

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

void HadronWorker::put_counts(Column& put, const Drawn& event) {
  for (const int n : event.counts) put(share_of(n));
  for (const int n : event.counts) put(n == 1);
  for (const int n : event.counts) put(n > 1);
}

// --- chains of splines ---

// From the arguments of the inputs to the hidden layer and the parameters of the first spline
void HadronWorker::begin_chain(const PackedChain& chain, int count) {
  float *const x = inputs_.get(), *const hidden = hidden_.get(), *const other = other_.get();
  kernels_.inputs(lot(x, x, count), chain.inputs.data(), static_cast<int>(chain.inputs.size()));
  kernels_.layer(lot(x, other, count), chain.first, true);
  kernels_.layer(lot(other, hidden, count), chain.second, true);
  kernels_.layer(lot(hidden, raw_.get(), count), chain.start, false);
}

// From the uniform numbers to the variable, whose parameters are there of the first and are made of others
void HadronWorker::draw_variable(const PackedChain& chain, std::size_t variable, int count) {
  float *const hidden = hidden_.get(), *const other = other_.get(), *const raw = raw_.get();
  const PackedDense* last = &chain.start;
  if (variable > 0) {
    kernels_.layer(lot(hidden, other, count), chain.heads[variable - 1], true);
    last = &chain.ends[variable - 1];
    kernels_.layer(lot(other, raw, count), *last, false);
  }
  kernels_.quantile(lot(raw, unit_.get(), count), (last->outputs - 1) / 3, uniform_.get());
}

// Makes inputs of what is known, which lies behind the hidden layer
void HadronWorker::know(const PackedChain& chain, int from, int size, int count) {
  float* const known = hidden_.get() + static_cast<std::int64_t>(chain.second.outputs + from) * tile_;
  kernels_.inputs(lot(known, known, count), chain.known.data() + from, size);
}

}  // namespace nugan
