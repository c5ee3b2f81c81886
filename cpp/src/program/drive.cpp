#include <algorithm>
#include <chrono>
#include <future>
#include <nugan/Error.hpp>
#include <nugan/Rate.hpp>
#include <nugan/Target.hpp>
#include <nugan/drive.hpp>
#include <nugan/find_model.hpp>
#include <nugan/run_of.hpp>
#include <tuple>

#include "../text/joined.hpp"
#include "../text/message.hpp"

namespace nugan {

namespace {

using Names = std::vector<std::string>;

// Names of the models, and each one's fraction of the target's nucleons
std::vector<std::pair<std::string, double>> choose_models(const Options& options, const Names& folders) {
  if (options.target.empty()) return {{options.model.empty() ? default_model : options.model, 1}};
  std::vector<int> probes;
  for (const auto& [probe, object] : options.flavours) probes.push_back(probe);
  if (probes.empty()) probes.push_back(parse_probe(options.probe));
  std::vector<std::pair<std::string, double>> found;
  for (const int probe : probes)
    for (const auto& [pdg, fraction] : parse_target(options.target))
      found.emplace_back(find_model(probe, pdg, folders), fraction);
  return found;
}

// Where a model has no hadrons, no event of the run has: `warning` says so
std::vector<Nucleus> open_models(const Options& options, const Names& folders, std::string& warning) {
  Sampler::Config config{.device = options.device,
                         .threads = options.threads,
                         .backend = options.backend,
                         .lepton_only = options.lepton_only};
  std::vector<Nucleus> nuclei;
  Names without;
  const auto chosen = choose_models(options, folders);
  for (const auto& [name, fraction] : chosen) {
    nuclei.push_back({.sampler = Sampler(find_model(name, folders), config), .fraction = fraction});
    if (!nuclei.back().sampler.hadrons()) without.push_back(name);
  }
  if (without.empty() || without.size() == nuclei.size()) return nuclei;
  warning = message("no hadrons of ", joined(without), ": all events have the lepton alone");
  config.lepton_only = true;
  for (auto& nucleus : nuclei)
    if (const auto& name = nucleus.sampler.model().name; nucleus.sampler.hadrons())
      nucleus.sampler = Sampler(find_model(name, folders), config);
  return nuclei;
}

// Samplers whose events have weights of the replicas asked for
void add_replicas(std::vector<Nucleus>& nuclei, std::int64_t count) {
  if (count == 0) return;
  for (auto& nucleus : nuclei) nucleus.sampler = nucleus.sampler.with_replicas(count);
}

// The flux of each flavour: of an object of the file that has its name, or of the one for its neutrino
std::vector<std::pair<int, Flux>> read_flavours(const Options& options, const FluxReader& read) {
  std::vector<std::pair<int, Flux>> found;
  for (const auto& [probe, object] : options.flavours) {
    Options own = options;
    if (!object.empty()) own.flux += ':' + object;
    found.emplace_back(probe, read(own, probe));
  }
  return found;
}

Energies choose_energies(const Options& options, const std::vector<Nucleus>& nuclei, const Interval& range,
                         const FluxReader& read) {
  Energies energies{.low = range.low, .high = range.high};
  if (!options.flavours.empty()) {
    energies.flavours = read_flavours(options, read);
    energies.weighted = options.weighted;
    return energies;
  }
  if (!options.flux.empty()) {
    energies.flux = read(options, nuclei.front().sampler.model().process.probe);
    energies.weighted = options.weighted;
    return energies;
  }
  if (options.energy) energies.low = energies.high = *options.energy;
  if (options.uniform) std::tie(energies.low, energies.high) = *options.uniform;
  Names names;
  for (const auto& nucleus : nuclei) names.push_back(nucleus.sampler.model().name);
  for (const double energy : {energies.low, energies.high})
    if (!(energy >= range.low && energy <= range.high))
      throw Error(message("energy ", energy, " GeV is outside of the range of ", joined(names), ", ",
                          range.low, " to ", range.high, " GeV"));
  if (energies.low > energies.high)
    throw Error(message("--uniform ", energies.low, " ", energies.high,
                        ": the first energy must not be above the second"));
  return energies;
}

}  // namespace

Opened open_source(const Options& options, const Names& folders, const FluxReader& read) {
  std::string warning;
  auto nuclei = open_models(options, folders, warning);
  add_replicas(nuclei, options.replicas);
  const auto range = common_range(nuclei);
  auto energies = choose_energies(options, nuclei, range, read);
  Source source(std::move(nuclei), std::move(energies), options.seed, options.beam);
  const auto [below, above] = source.outside();
  for (const int probe : source.probes())
    if (const Flux* flux = source.energies().flux_of(probe)) {
      check_outside(*flux, below + above, range.low, range.high, options.allow_flux_outside);
      if (const auto doubt = other_neutrino(*flux, probe); !doubt.empty())
        warning += (warning.empty() ? "" : "; ") + doubt;
    }
  Run run = run_of(source);
  run.first = options.first;
  run.requested = options.exposure
                      ? draw_number(run, options.exposure->first, options.exposure->second, options.seed)
                      : options.n;
  return {.source = std::move(source), .run = std::move(run), .warning = std::move(warning)};
}

std::int64_t draw_chunks(Opened& opened, const Options& options, const std::function<void(Events&&)>& write,
                         const std::function<bool()>& stopped) {
  const std::int64_t requested = opened.run.requested.value_or(0), end = options.first + requested;
  const auto begin = [&](std::int64_t first) {
    const std::int64_t n = std::min(options.chunk, end - first);
    return std::async(std::launch::async, [&, first, n] { return opened.source.draw(first, n); });
  };
  std::int64_t first = options.first, events = 0;
  if (first >= end || stopped()) return 0;
  for (auto next = begin(first); next.valid();) {
    while (next.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) stopped();
    Events chunk = next.get();
    first += options.chunk;
    if (first < end && !stopped()) next = begin(first);
    events += static_cast<std::int64_t>(chunk.size());
    write(std::move(chunk));
  }
  if (opened.run.pot && events < requested)  // what was made
    set_pot(opened.run, *opened.run.pot * static_cast<double>(events) / static_cast<double>(requested));
  return events;
}

}  // namespace nugan
