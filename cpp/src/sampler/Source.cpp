#include <algorithm>
#include <cmath>
#include <limits>
#include <nugan/Error.hpp>
#include <nugan/Source.hpp>
#include <nugan/Target.hpp>
#include <nugan/borders.hpp>
#include <numeric>
#include <ranges>
#include <tuple>
#include <utility>

#include "../physics/interpolate.hpp"
#include "../random/streams.hpp"
#include "../stages/BeamStage.hpp"
#include "../stages/NucleusStage.hpp"
#include "../text/joined.hpp"
#include "../text/message.hpp"
#include "check_numbers.hpp"

namespace nugan {

namespace {

// Event rows[i] of `to` becomes event i of `from`, in all columns but the number of the event
void scatter(const Events& from, const std::vector<std::size_t>& rows, Events& to) {
  for_stored_columns([&](const ColumnInfo&, auto column) {
    const auto& origin = from.*column;
    auto& target = to.*column;
    if (origin.empty() || static_cast<const void*>(&target) == &to.iev) return;
    target.resize(to.size());
    for (std::size_t i = 0; i < rows.size(); ++i) target[rows[i]] = origin[i];
  });
  const std::size_t replicas = from.replicas();
  if (replicas > 0) to.wght_rep.resize(to.size() * replicas);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::copy_n(from.wght_rep.data() + i * replicas, replicas, to.wght_rep.data() + rows[i] * replicas);
}

// The particles of events, row after row: the next event of nucleus which[i]
Particles interleave(const std::vector<Particles>& parts, const std::vector<std::size_t>& which) {
  Particles all;
  if (std::ranges::all_of(parts, &Particles::empty)) return all;
  std::vector<std::size_t> next(parts.size(), 0);
  for (const std::size_t k : which) {
    if (parts[k].empty())
      throw Error("source: models with hadrons and models without, expected either for all nuclei");
    for (const Particle& particle : parts[k].of_event(next[k]++)) all.push_back(particle);
    all.end_event();
  }
  return all;
}

const Process& process_of(const Nucleus& nucleus) {
  return nucleus.sampler.model().process;
}

int target_of(const Nucleus& nucleus) {
  return process_of(nucleus).target;
}

int probe_of(const Nucleus& nucleus) {
  return process_of(nucleus).probe;
}

// What a nucleus makes of the energies
void fill(Nucleus& nucleus, const Energies& energies) {
  const ModelInfo& model = nucleus.sampler.model();
  if (const Flux* flux = energies.flux_of(model.process.probe)) {
    nucleus.rate = flux_rate(*flux, model, energies.low, energies.high);
    nucleus.sigma = nucleus.rate->sigma;
    nucleus.sigma_error = nucleus.rate->sigma_error;
  } else if (const auto energy = energies.one(); energy && model.xsec_enu.size() > 1 &&
                                                 *energy >= model.xsec_enu.front() &&
                                                 *energy <= model.xsec_enu.back()) {
    nucleus.sigma = interpolate(model.xsec_enu, model.xsec, *energy);
    nucleus.sigma_error = mean_error(model, energies, *nucleus.sigma);
  }
}

// The stream that a nucleus of a mixture draws from; of one flavour the nucleus alone says which
std::uint64_t key_of(const Process& process, bool one_flavour) {
  const auto target = static_cast<std::uint64_t>(process.target);
  const auto flavour = static_cast<std::uint64_t>(process.probe > 0 ? process.probe : 100 - process.probe);
  return one_flavour ? target : target + (flavour << 40);
}

void check_hadrons(const Nucleus& one, const Nucleus& other) {
  if (one.sampler.hadrons() == other.sampler.hadrons()) return;
  const auto& [with, without] = one.sampler.hadrons() ? std::tie(one, other) : std::tie(other, one);
  throw Error(message("source: ", without.sampler.model().name, " has no hadrons, ",
                      with.sampler.model().name,
                      " has: expected all or none; --lepton-only leaves them out"));
}

std::string names_of(const Replicas& replicas) {
  if (replicas.empty()) return "no replicas";
  return message("the replicas ", joined(replicas | std::views::transform(&Replica::name)));
}

// One column of weights has one meaning
void check_replicas(const Nucleus& one, const Nucleus& other) {
  const Replicas &ours = one.sampler.replicas(), &theirs = other.sampler.replicas();
  if (ours == theirs) return;
  throw Error(message("source: ", one.sampler.model().name, " has ", names_of(ours), ", ",
                      other.sampler.model().name, " ", names_of(theirs),
                      ": expected the same names and kinds of all models"));
}

}  // namespace

Source::Source(std::vector<Nucleus> nuclei, Energies energies, std::uint64_t seed, Beam beam)
    : nuclei_(std::move(nuclei)), energies_(std::move(energies)), seed_(seed), beam_(beam) {
  if (nuclei_.empty()) throw Error("source: no nucleus, expected at least one");
  if (energies_.weighted && !energies_.has_flux()) throw Error("source: weights need a flux");
  check_flavours();
  const bool alone = nuclei_.size() == 1, one_flavour = energies_.flavours.empty();
  std::vector<Process> parts;
  double neutrinos = 0;
  for (const auto& [probe, flux] : energies_.flavours)
    neutrinos += flux.between(energies_.low, energies_.high).integral();
  for (auto& nucleus : nuclei_) {
    check_hadrons(nuclei_[0], nucleus);
    check_replicas(nuclei_[0], nucleus);
    fill(nucleus, energies_);
    if (!one_flavour) nucleus.neutrinos = nucleus.rate->flux.integral() / neutrinos;
    if (!nucleus.sigma && !alone)
      throw Error(
          "the nuclei of a mixture share the events by their cross sections: "
          "expected --flux or --energy, and models with cross sections");
    const auto& process = process_of(nucleus);
    parts.push_back(process);
    seeds_.push_back(alone ? seed_ : Stream(seed_, key_of(process, one_flavour)).another_seed());
  }
  drawn_.assign(nuclei_.size(), 0);
  nucleus_ = std::make_shared<const NucleusStage>(std::move(parts), shares());
  beam_ = beam_.checked();
}

// Every flavour meets the same nuclei, each once, and has a flux of its own
void Source::check_flavours() const {
  const auto several = probes();
  for (const int probe : several) {
    if (several.size() > 1 && (energies_.flux || !energies_.flux_of(probe)))
      throw Error(message("source: models of the probes ", several[0], " and ", several[1],
                          ", expected one probe, or a flux for each"));
    double total = 0;
    for (const auto& nucleus : nuclei_) {
      if (probe_of(nucleus) != probe) continue;
      if (!(nucleus.fraction > 0 && std::isfinite(nucleus.fraction)))
        throw Error(
            message("source: fraction ", nucleus.fraction, " of the nucleons, expected a number above 0"));
      total += nucleus.fraction;
      const auto same = [&](const Nucleus& other) {
        return probe_of(other) == probe && target_of(other) == target_of(nucleus);
      };
      if (std::ranges::count_if(nuclei_, same) > 1)
        throw Error(message("source: several models of the nucleus ", target_of(nucleus), ", expected one"));
    }
    const auto is_of = [](int flavour) {
      return [=](const Nucleus& one) { return probe_of(one) == flavour; };
    };
    const auto same_part = [](const Nucleus& one, const Nucleus& other) {
      return target_of(one) == target_of(other) && one.fraction == other.fraction;
    };
    if (!std::ranges::equal(nuclei_ | std::views::filter(is_of(probe)),
                            nuclei_ | std::views::filter(is_of(several[0])), same_part))
      throw Error(
          "source: every flavour meets the same nuclei, in the same order: expected models of them all");
    if (std::abs(total - 1) > 1e-3)
      throw Error(message("source: the fractions of the nuclei add up to ", total, ", expected 1"));
  }
  for (const auto& [probe, flux] : energies_.flavours) {
    if (std::ranges::find(several, probe) == several.end())
      throw Error(message("source: a flux of ", probe_name(probe), ", and no model of it"));
    if (const auto& first = energies_.flavours.front().second; flux.unit != first.unit)
      throw Error(message("the fluxes of one beam must have one unit: ", first.name, " is in ", first.unit,
                          ", ", flux.name, " in ", flux.unit));
  }
}

Events Source::draw(std::int64_t first, std::int64_t n) {
  check_numbers(n, first);
  Chunk chunk{.seed = seed_, .first = first};
  if (nuclei_.size() == 1)
    chunk.events = of_nucleus(0, first, n);
  else
    draw_mixture(chunk, n);
  BeamStage{beam_}(chunk);
  return std::move(chunk.events);
}

// Each nucleus gives the events that follow those that it gave before
void Source::draw_mixture(Chunk& chunk, std::int64_t n) {
  const std::int64_t first = chunk.first;
  auto drawn = drawn_;
  if (first < next_) std::ranges::fill(drawn, 0);
  nucleus_->count(seed_, first < next_ ? 0 : next_, first, drawn);
  Events& events = chunk.events;
  events.iev.resize(static_cast<std::size_t>(n));
  std::iota(events.iev.begin(), events.iev.end(), static_cast<std::int32_t>(first));
  (*nucleus_)(chunk);
  std::vector<std::size_t> which;
  std::vector<std::vector<std::size_t>> rows(nuclei_.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    which.push_back(nucleus_->which(chunk.seed, first + static_cast<std::int64_t>(i)));
    rows[which.back()].push_back(i);
  }
  std::vector<Particles> parts(nuclei_.size());
  for (std::size_t k = 0; k < nuclei_.size(); ++k) {
    if (rows[k].empty()) continue;
    auto own = of_nucleus(k, drawn[k], std::ssize(rows[k]));
    scatter(own, rows[k], events);
    parts[k] = std::move(own.particles);
    drawn[k] += std::ssize(rows[k]);
  }
  events.particles = interleave(parts, which);
  drawn_ = std::move(drawn);
  next_ = first + n;
}

EventLoop Source::events(std::int64_t n, std::int64_t first) {
  check_numbers(n, first);
  return {[this](std::int64_t from, std::int64_t size) { return draw(from, size); }, n, first};
}

std::optional<double> Source::sigma() const {
  double sum = 0;
  for (const auto& nucleus : nuclei_) {
    if (!nucleus.sigma) return std::nullopt;
    sum += nucleus.neutrinos * nucleus.fraction * *nucleus.sigma;
  }
  return sum;
}

std::optional<double> Source::sigma_error() const {
  if (!sigma()) return std::nullopt;
  double sum = 0;
  for (const auto& nucleus : nuclei_)
    sum += std::pow(nucleus.neutrinos * nucleus.fraction * *nucleus.sigma_error, 2);
  return std::sqrt(sum);
}

std::vector<int> Source::probes() const {
  std::vector<int> found;
  for (const auto& nucleus : nuclei_)
    if (std::ranges::find(found, probe_of(nucleus)) == found.end()) found.push_back(probe_of(nucleus));
  return found;
}

std::optional<std::pair<double, double>> Source::sigma_of(int probe) const {
  double sum = 0, squares = 0;
  for (const auto& nucleus : nuclei_) {
    if (probe_of(nucleus) != probe) continue;
    if (!nucleus.sigma) return std::nullopt;
    sum += nucleus.fraction * *nucleus.sigma;
    squares += std::pow(nucleus.fraction * *nucleus.sigma_error, 2);
  }
  return std::pair(sum, std::sqrt(squares));
}

CrossSectionTable Source::table() const {
  if (!energies_.flavours.empty()) return {};
  double low = 0, high = std::numeric_limits<double>::infinity();
  std::vector<double> knots;
  for (const auto& nucleus : nuclei_) {
    const auto& model = nucleus.sampler.model();
    if (model.xsec_enu.size() < 2) return {};
    low = std::max(low, model.xsec_enu.front());
    high = std::min(high, model.xsec_enu.back());
    knots.insert(knots.end(), model.xsec_enu.begin(), model.xsec_enu.end());
  }
  if (low > high) return {};
  CrossSectionTable table;
  for (const double enu : borders_between(std::move(knots), low, high)) {
    double sigma = 0;
    for (const auto& nucleus : nuclei_) {
      const auto& model = nucleus.sampler.model();
      sigma += nucleus.fraction * interpolate(model.xsec_enu, model.xsec, enu);
    }
    table.enu.push_back(enu);
    table.sigma.push_back(sigma);
  }
  return table;
}

std::optional<std::pair<double, double>> Source::mean_sigma() const {
  if (const auto mean = sigma()) return std::pair(*mean, *sigma_error());
  const auto [enu, values] = table();
  const auto [low, high] = std::pair(energies_.low, energies_.high);
  if (enu.size() < 2 || low < enu.front() || high > enu.back() || !(low < high)) return std::nullopt;
  const auto borders = borders_between(enu, low, high);
  double sum = 0;
  for (std::size_t k = 0; k + 1 < borders.size(); ++k)
    sum += 0.5 * (borders[k + 1] - borders[k]) *
           (interpolate(enu, values, borders[k]) + interpolate(enu, values, borders[k + 1]));
  const double mean = sum / (high - low);
  return std::pair(mean, mean_error(nuclei_.front().sampler.model(), energies_, mean));
}

std::vector<ChannelSigma> Source::channels(int probe) const {
  std::vector<ChannelSigma> sums;
  for (const auto& nucleus : nuclei_) {
    if (probe && probe_of(nucleus) != probe) continue;
    const auto& model = nucleus.sampler.model();
    if (model.channels.empty() || energies_.low < model.xsec_enu.front() ||
        energies_.high > model.xsec_enu.back())
      return {};
    add(sums, mean_channels(model, energies_), nucleus.fraction * (probe ? 1 : nucleus.neutrinos));
  }
  return sums;
}

Interval Source::outside(int probe) const {
  double below = 0, inside = 0, above = 0;
  for (const auto& nucleus : nuclei_)
    if (nucleus.rate && (probe == 0 || probe_of(nucleus) == probe)) {
      const double own = nucleus.neutrinos * nucleus.fraction * nucleus.rate->sigma;
      inside += own;
      below += own * nucleus.rate->below;
      above += own * nucleus.rate->above;
    }
  const double total = below + inside + above;
  return total > 0 ? Interval{below / total, above / total} : Interval{0, 0};
}

std::vector<double> Source::shares() const {
  if (nuclei_.size() == 1) return {1.0};
  std::vector<double> parts;
  for (const auto& nucleus : nuclei_)
    parts.push_back(nucleus.neutrinos * nucleus.fraction * nucleus.sigma.value_or(0));
  const double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
  for (double& part : parts) part /= sum;
  return parts;
}

Events Source::of_nucleus(std::size_t k, std::int64_t first, std::int64_t n) const {
  const auto& sampler = nuclei_[k].sampler;
  const auto& rate = nuclei_[k].rate;
  const std::uint64_t seed = seeds_[k];
  if (!rate) return sampler.sample({.enu_low = energies_.low, .enu_high = energies_.high}, n, seed, first);
  if (!energies_.weighted) return sampler.sample(rate->spectrum, n, seed, first);
  const auto [low, high] = rate->flux.filled_range();
  Events events = sampler.sample({.enu_low = low, .enu_high = high}, n, seed, first);
  const double scale = (high - low) / rate->spectrum.integral();
  for (const float enu : events.Ev)  // the limits take away what rounding to float32 put beyond the ends
    events.wght.push_back(rate->spectrum.density(std::clamp<double>(enu, low, high)) * scale);
  return events;
}

Interval common_range(const std::vector<Nucleus>& nuclei) {
  Interval range{0, std::numeric_limits<double>::infinity()};
  for (const auto& nucleus : nuclei) {
    range.low = std::max(range.low, nucleus.sampler.model().enu_min);
    range.high = std::min(range.high, nucleus.sampler.model().enu_max);
  }
  if (range.low > range.high) throw Error("the models of the target's nuclei have no energies in common");
  return range;
}

}  // namespace nugan
