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

std::vector<Nucleus> open_models(const Options& options, const Names& folders) {
  const Sampler::Config config{.device = options.device,
                               .threads = options.threads,
                               .backend = options.backend,
                               .lepton_only = options.lepton_only};
  const auto open = [&](const std::string& name) { return Sampler(find_model(name, folders), config); };
  std::vector<Nucleus> nuclei;
  if (options.probe.empty()) {
    nuclei.push_back({.sampler = open(options.model.empty() ? default_model : options.model), .fraction = 1});
    return nuclei;
  }
  const int probe = parse_probe(options.probe);
  std::vector<std::pair<std::string, double>> found;
  for (const auto& [pdg, fraction] : parse_target(options.target))
    found.emplace_back(find_model(probe, pdg, folders), fraction);
  for (const auto& [name, fraction] : found) nuclei.push_back({.sampler = open(name), .fraction = fraction});
  return nuclei;
}

Energies choose_energies(const Options& options, const std::vector<Nucleus>& nuclei, const Interval& range,
                         const FluxReader& read) {
  Energies energies{.low = range.low, .high = range.high};
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
  auto nuclei = open_models(options, folders);
  const auto range = common_range(nuclei);
  const int probe = nuclei.front().sampler.model().process.probe;
  auto energies = choose_energies(options, nuclei, range, read);
  Source source(std::move(nuclei), std::move(energies), options.seed, options.beam);
  std::string warning;
  if (const auto& flux = source.energies().flux) {
    const auto [below, above] = source.outside();
    check_outside(*flux, below + above, range.low, range.high, options.allow_flux_outside);
    warning = other_neutrino(*flux, probe);
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
    *opened.run.pot *= static_cast<double>(events) / static_cast<double>(requested);
  return events;
}

}  // namespace nugan
