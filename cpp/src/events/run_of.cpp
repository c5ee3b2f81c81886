#include <algorithm>
#include <map>
#include <nugan/run_of.hpp>
#include <tuple>

namespace nugan {

namespace {

std::optional<Flux> flux_of(const Nucleus& nucleus) {
  return nucleus.rate ? std::optional(nucleus.rate->flux) : std::nullopt;
}

// One flavour of a beam of several
Run flavour_of(const Source& source, int probe) {
  Run run{.probe = probe};
  for (const auto& nucleus : source.nuclei()) {
    const auto& process = nucleus.sampler.model().process;
    if (process.probe != probe) continue;
    run.targets.emplace_back(process.target, nucleus.fraction);
    run.flux = flux_of(nucleus);
  }
  if (const auto sigma = source.sigma_of(probe)) std::tie(run.sigma, run.sigma_error) = *sigma;
  run.outside = source.outside(probe);
  run.channels = source.channels(probe);
  return run;
}

}  // namespace

Run run_of(const Source& source) {
  const auto& nuclei = source.nuclei();
  Run run;
  run.sigma = source.sigma();
  run.sigma_error = source.sigma_error();
  run.energy = source.energies().one();
  const auto shares = source.shares();
  std::map<int, double> events;
  for (std::size_t k = 0; k < nuclei.size(); ++k) {
    const auto& model = nuclei[k].sampler.model();
    events[model.process.probe] += shares[k];
    if (model.process.probe == nuclei[0].sampler.model().process.probe)
      run.targets.emplace_back(model.process.target, nuclei[k].fraction);
    run.models.push_back({.name = model.name,
                          .sha256 = model.sha256,
                          .interaction = model.interaction,
                          .hadrons = nuclei[k].sampler.hadrons(),
                          .process = model.process,
                          .fraction = nuclei[k].fraction,
                          .share = shares[k],
                          .sigma = nuclei[k].sigma,
                          .xsec_enu = model.xsec_enu,
                          .xsec = model.xsec});
  }
  run.probe = std::ranges::max_element(events, {}, &std::pair<const int, double>::second)->first;
  if (events.size() == 1)
    run.flux = flux_of(nuclei.front());
  else
    for (const int probe : source.probes()) run.flavours.push_back(flavour_of(source, probe));
  run.replicas = nuclei.front().sampler.replicas();
  run.time = utc_now();
  run.backend = nuclei.front().sampler.backend();
  run.seed = source.seed();
  run.energies = source.energies();
  run.outside = source.outside();
  run.beam = source.beam();
  if (const auto mean = source.mean_sigma()) std::tie(run.mean_sigma, run.mean_sigma_error) = *mean;
  run.channels = source.channels();
  run.table = source.table();
  return run;
}

}  // namespace nugan
