#include <algorithm>
#include <chrono>
#include <ctime>
#include <iterator>
#include <nugan/Events.hpp>
#include <nugan/Run.hpp>

namespace nugan {

namespace {

using List = Value::List;
using Map = Value::Map;

Value ends(const Interval& side) {
  return List{side.low, side.high};
}

Value named_for(const Flux& flux) {
  return flux.named_for ? Value(flux.named_for) : Value();
}

Map of_model(const Run::Model& model) {
  const auto& process = model.process;
  Map about{{"name", model.name},
            {"sha256", model.sha256},
            {"probe", process.probe},
            {"target", process.target},
            {"interaction", model.interaction}};
  // the words of an archive need not tell of the process
  if (process_of(process.probe, process.target, model.interaction).name() != process.name())
    about.insert(about.end(),
                 {{"current", process.current_name()}, {"channel", name_of(process.channel).word}});
  if (model.hadrons) about.emplace_back("stages", Value::List{"lepton", "hadrons"});
  return about;
}

Value of_models(const std::vector<Run::Model>& models) {
  List all;
  for (const auto& model : models) {
    Map one = of_model(model);
    one.insert(one.end(), {{"fraction", model.fraction}, {"share", model.share}, {"sigma", model.sigma}});
    one.emplace_back("cross_section",
                     Map{{"unit", "1e-38 cm2/nucleon"}, {"enu", model.xsec_enu}, {"sigma", model.xsec}});
    all.emplace_back(one);
  }
  return all;
}

Value of_energies(const Energies& energies) {
  const char* law = energies.weighted     ? "uniform, weighted by flux x cross section"
                    : energies.has_flux() ? "flux x cross section"
                                          : "uniform";
  return Map{{"low", energies.low}, {"high", energies.high}, {"distribution", law}, {"unit", "GeV"}};
}

Value of_beam(const Beam& beam) {
  Value vertex, time, direction;
  if (beam.vertex) {
    List sides;
    for (const auto& side : *beam.vertex) sides.push_back(ends(side));
    vertex = sides;
  }
  if (beam.time) time = ends(*beam.time);
  if (beam.direction) direction = List(beam.direction->begin(), beam.direction->end());
  return Map{{"vertex", vertex}, {"time", time}, {"direction", direction}, {"unit", "m, s"}};
}

Value of_whole_flux(const Flux& flux, const Energies& energies, const Interval& outside) {
  return Map{{"name", flux.name},
             {"named_for", named_for(flux)},
             {"contents", flux.contents},
             {"reading", flux.reading},
             {"unit", flux.unit},
             {"neutrinos_inside", flux.integral(energies.low, energies.high) / flux.integral()},
             {"rate_below", outside.low},
             {"rate_above", outside.high}};
}

Value of_channels(const std::vector<ChannelSigma>& channels) {
  Map parts;
  for (const auto& [channel, sigma, error] : channels)
    parts.emplace_back(name_of(channel).letters, Map{{"mean", sigma}, {"error", error}});
  return parts;
}

Value of_cross_section(const Run& run) {
  Map about{{"mean", run.mean_sigma},
            {"error", run.mean_sigma_error},
            {"unit", "1e-38 cm2/nucleon"},
            {"enu", run.table.enu},
            {"sigma", run.table.sigma}};
  if (!run.channels.empty()) about.emplace_back("channels", of_channels(run.channels));
  return about;
}

Value of_flavours(const Run& run) {
  List all;
  for (const auto& flavour : run.flavours) {
    const auto* flux = run.energies ? run.energies->flux_of(flavour.probe) : nullptr;
    Map one;
    if (flux) one.emplace_back("flux", of_whole_flux(*flux, *run.energies, flavour.outside));
    if (!flavour.channels.empty()) one.emplace_back("channels", of_channels(flavour.channels));
    one.emplace_back("run", describe_numbers(flavour));
    all.emplace_back(one);
  }
  return all;
}

Value of_replicas(const Replicas& replicas) {
  List names, kinds;
  for (const auto& [name, kind] : replicas) {
    names.emplace_back(name);
    kinds.emplace_back(kind);
  }
  return Map{{"names", names}, {"kinds", kinds}};
}

Value of_exposure(const Exposure& exposure) {
  return Map{{"pot", exposure.pot},
             {"mass", exposure.mass},
             {"expected", exposure.expected},
             {"drawn", exposure.drawn},
             {"unit", "POT, t"}};
}

}  // namespace

Value::Map describe(const Flux& flux) {
  return {{"name", flux.name},       {"unit", flux.unit},         {"edges", flux.edges},
          {"density", flux.density}, {"contents", flux.contents}, {"named_for", named_for(flux)},
          {"reading", flux.reading}};
}

Value::Map describe_numbers(const Run& run) {
  Map targets;
  for (const auto& [pdg, fraction] : run.targets) targets.emplace_back(std::to_string(pdg), fraction);
  return {{"probe", run.probe},
          {"targets", targets},
          {"sigma", run.sigma},
          {"sigma_error", run.sigma_error},
          {"flux", run.flux ? Value(describe(*run.flux)) : Value()},
          {"energy", run.energy},
          {"pot", run.pot}};
}

Value::Map describe(const Run& run, std::optional<std::int64_t> events, bool table) {
  Map about{{"program", run.program}, {"command", run.command}};
  const auto say = [&](const char* name, Value value) { about.emplace_back(name, std::move(value)); };
  if (!run.time.empty()) say("time", run.time);
  if (!run.models.empty())
    say("model", of_model(*std::ranges::max_element(run.models, {}, &Run::Model::share)));
  if (!run.backend.empty()) say("backend", run.backend);
  if (run.seed) say("seed", *run.seed);
  say("first", run.first);
  if (run.energies) say("energy", of_energies(*run.energies));
  if (run.beam) say("beam", of_beam(*run.beam));
  if (run.models.size() > 1) say("models", of_models(run.models));
  if (run.energies && run.energies->flux)
    say("flux", of_whole_flux(*run.energies->flux, *run.energies, run.outside));
  if (!run.flavours.empty()) say("flavours", of_flavours(run));
  if (!run.models.empty()) say("cross_section", of_cross_section(run));
  if (!run.replicas.empty()) say("replicas", of_replicas(run.replicas));
  if (run.exposure) say("exposure", of_exposure(*run.exposure));
  if (const auto requested = run.requested ? run.requested : events) say("requested", *requested);
  if (events) say("events", *events);
  say("run", describe_numbers(run));
  if (table) {
    Map columns;
    for_all_columns(
        [&](const ColumnInfo& info, auto, auto) { columns.emplace_back(info.name, info.meaning); });
    say("columns", columns);
  }
  return about;
}

std::string utc_now() {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S+00:00", &utc);
  return text;
}

}  // namespace nugan
