#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <nugan/Error.hpp>
#include <nugan/read_flux.hpp>
#include <nugan/root/Run.hpp>
#include <set>

#include "../../src/interpolate.hpp"
#include "columns.hpp"

namespace nugan::root {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json ends(const Interval& side) {
  return {side.low, side.high};
}

Json of_beam(const Beam& beam) {
  Json vertex;
  if (beam.vertex)
    for (const auto& side : *beam.vertex) vertex.push_back(ends(side));
  return {{"vertex", vertex},
          {"time", beam.time ? ends(*beam.time) : Json()},
          {"direction", beam.direction ? Json(*beam.direction) : Json()},
          {"unit", "m, s"}};
}

Json of_energies(const Energies& energies) {
  const char* law = energies.weighted ? "uniform, weighted by flux x cross section"
                    : energies.flux   ? "flux x cross section"
                                      : "uniform";
  return {{"low", energies.low}, {"high", energies.high}, {"distribution", law}, {"unit", "GeV"}};
}

// The cross section of the target's nucleons against energy, where all models have one
struct Table {
  std::vector<double> enu{}, sigma{};
};

Table table_of(const Source& source) {
  double low = 0, high = std::numeric_limits<double>::infinity();
  std::set<double> knots;
  for (const auto& nucleus : source.nuclei()) {
    const auto& model = nucleus.sampler.model();
    if (model.xsec_enu.size() < 2) return {};
    low = std::max(low, model.xsec_enu.front());
    high = std::min(high, model.xsec_enu.back());
    knots.insert(model.xsec_enu.begin(), model.xsec_enu.end());
  }
  Table table;
  for (const double enu : knots) {
    if (enu < low || enu > high) continue;
    double sigma = 0;
    for (const auto& [sampler, fraction, rate, mean, error] : source.nuclei())
      sigma += fraction * interpolate(sampler.model().xsec_enu, sampler.model().xsec, enu);
    table.enu.push_back(enu);
    table.sigma.push_back(sigma);
  }
  return table;
}

// Its mean over energies that are uniform
std::optional<double> mean_of(const Table& table, const Energies& energies) {
  const auto [low, high] = std::pair(energies.low, energies.high);
  if (table.enu.size() < 2 || low < table.enu.front() || high > table.enu.back()) return std::nullopt;
  std::vector<double> enu = {low};
  for (const double knot : table.enu)
    if (knot > low && knot < high) enu.push_back(knot);
  enu.push_back(high);
  double sum = 0;
  for (std::size_t k = 0; k + 1 < enu.size(); ++k)
    sum += 0.5 * (enu[k + 1] - enu[k]) *
           (interpolate(table.enu, table.sigma, enu[k]) + interpolate(table.enu, table.sigma, enu[k + 1]));
  return sum / (high - low);
}

Json of_cross_section(const Run& run, const Table& table) {
  return {{"mean", or_null(run.mean_sigma)},
          {"error", or_null(run.mean_sigma_error)},
          {"unit", "1e-38 cm2/nucleon"},
          {"enu", table.enu},
          {"sigma", table.sigma}};
}

Json of_model(const Run::Model& model) {
  return {{"name", model.name},
          {"sha256", model.sha256},
          {"probe", model.probe},
          {"target", model.target},
          {"interaction", model.interaction}};
}

Json named_for(const Flux& flux) {
  const int neutrino = neutrino_in(flux);
  return neutrino ? Json(neutrino) : Json();
}

Json of_flux(const Flux& flux) {
  return {{"name", flux.name},   {"named_for", named_for(flux)}, {"unit", flux.unit},
          {"edges", flux.edges}, {"density", flux.density},      {"contents", flux.contents}};
}

// Names of files need not be UTF-8
std::string text_of(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string now() {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S+00:00", &utc);
  return text;
}

}  // namespace

Run run_of(const Source& source) {
  const auto& nuclei = source.nuclei();
  Run run;
  run.probe = nuclei.front().sampler.model().probe;
  run.sigma = source.sigma();
  run.sigma_error = source.sigma_error();
  run.energy = source.energies().one();
  if (nuclei.front().rate) run.flux = nuclei.front().rate->flux;
  const auto shares = source.shares();
  for (std::size_t k = 0; k < nuclei.size(); ++k) {
    const auto& model = nuclei[k].sampler.model();
    run.targets.emplace_back(model.target, nuclei[k].fraction);
    run.models.push_back({.name = model.name,
                          .sha256 = model.sha256,
                          .interaction = model.interaction,
                          .probe = model.probe,
                          .target = model.target,
                          .fraction = nuclei[k].fraction,
                          .share = shares[k],
                          .sigma = nuclei[k].sigma,
                          .xsec_enu = model.xsec_enu,
                          .xsec = model.xsec});
  }
  const auto largest = static_cast<std::size_t>(std::ranges::max_element(shares) - shares.begin());
  Json about = {{"time", now()},
                {"model", of_model(run.models[largest])},
                {"backend", nuclei.front().sampler.backend()},
                {"seed", source.seed()},
                {"energy", of_energies(source.energies())},
                {"beam", of_beam(source.beam())}};
  if (nuclei.size() > 1)
    for (const auto& model : run.models) {
      Json one = of_model(model);
      one["fraction"] = model.fraction;
      one["share"] = model.share;
      one["sigma"] = or_null(model.sigma);
      about["models"].push_back(one);
    }
  if (const auto& flux = source.energies().flux) {
    const auto [below, above] = source.outside();
    const auto& [low, high] = std::pair(source.energies().low, source.energies().high);
    about["flux"] = {{"name", flux->name},
                     {"named_for", named_for(*flux)},
                     {"contents", flux->contents},
                     {"unit", flux->unit},
                     {"neutrinos_inside", flux->integral(low, high) / flux->integral()},
                     {"rate_below", below},
                     {"rate_above", above}};
  }
  const auto table = table_of(source);
  run.mean_sigma = run.sigma ? run.sigma : mean_of(table, source.energies());
  run.mean_sigma_error = run.sigma ? run.sigma_error : run.mean_sigma;
  if (!run.sigma && run.mean_sigma) *run.mean_sigma_error *= relative_sigma_error;
  about["cross_section"] = of_cross_section(run, table);
  run.about = text_of(about);
  return run;
}

std::string to_json(const Run& run, std::int64_t events, bool table) {
  Json all = {{"program", run.program}, {"command", run.command}};
  if (!run.about.empty()) {
    const Json about = Json::parse(run.about, nullptr, /*allow_exceptions=*/false);
    if (!about.is_object()) throw Error("run: 'about' is no JSON object");
    all.update(about);
  }
  all["requested"] = run.requested.value_or(events);
  if (const auto& exposure = run.exposure)
    all["exposure"] = {{"pot", exposure->pot},
                       {"mass", exposure->mass},
                       {"expected", exposure->expected},
                       {"drawn", exposure->drawn},
                       {"unit", "POT, t"}};
  all["events"] = events;
  Json targets = Json::object();
  for (const auto& [pdg, fraction] : run.targets) targets[std::to_string(pdg)] = fraction;
  all["run"] = {{"probe", run.probe},
                {"targets", targets},
                {"sigma", or_null(run.sigma)},
                {"sigma_error", or_null(run.sigma_error)},
                {"flux", run.flux ? of_flux(*run.flux) : Json()},
                {"energy", or_null(run.energy)},
                {"pot", or_null(run.pot)}};
  if (table) {
    const Row row{};
    for_columns(row,
                [&](const char* name, const auto&, const char* meaning) { all["columns"][name] = meaning; });
  }
  return text_of(all, 1);
}

}  // namespace nugan::root
