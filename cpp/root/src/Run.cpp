#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <nugan/Error.hpp>
#include <nugan/Events.hpp>
#include <nugan/root/Run.hpp>
#include <tuple>

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

Json of_cross_section(const Run& run, const CrossSectionTable& table) {
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
  return flux.named_for ? Json(flux.named_for) : Json();
}

Json of_flux(const Flux& flux) {
  return {{"name", flux.name},      {"named_for", named_for(flux)}, {"unit", flux.unit},
          {"edges", flux.edges},    {"density", flux.density},      {"contents", flux.contents},
          {"reading", flux.reading}};
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
    about["flux"] = {
        {"name", flux->name},         {"named_for", named_for(*flux)},
        {"contents", flux->contents}, {"reading", flux->reading},
        {"unit", flux->unit},         {"neutrinos_inside", flux->integral(low, high) / flux->integral()},
        {"rate_below", below},        {"rate_above", above}};
  }
  if (const auto mean = source.mean_sigma()) std::tie(run.mean_sigma, run.mean_sigma_error) = *mean;
  about["cross_section"] = of_cross_section(run, source.table());
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
  all["first"] = run.first;
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
    for_all_columns([&](const ColumnInfo& info, auto, auto) { all["columns"][info.name] = info.meaning; });
  }
  return text_of(all, 1);
}

}  // namespace nugan::root
