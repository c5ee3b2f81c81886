#include <nugan/run_of.hpp>
#include <tuple>

namespace nugan {

Run run_of(const Source& source) {
  const auto& nuclei = source.nuclei();
  Run run;
  run.probe = nuclei.front().sampler.model().process.probe;
  run.sigma = source.sigma();
  run.sigma_error = source.sigma_error();
  run.energy = source.energies().one();
  if (nuclei.front().rate) run.flux = nuclei.front().rate->flux;
  const auto shares = source.shares();
  for (std::size_t k = 0; k < nuclei.size(); ++k) {
    const auto& model = nuclei[k].sampler.model();
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
  run.time = utc_now();
  run.backend = nuclei.front().sampler.backend();
  run.seed = source.seed();
  run.energies = source.energies();
  run.outside = source.outside();
  run.beam = source.beam();
  if (const auto mean = source.mean_sigma()) std::tie(run.mean_sigma, run.mean_sigma_error) = *mean;
  run.table = source.table();
  return run;
}

}  // namespace nugan
