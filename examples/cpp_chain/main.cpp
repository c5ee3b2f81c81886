// A generator chain in small: a flux -> nugan events, one by one -> a detector loop -> a ROOT file.
//
// Usage: cpp_chain [MODEL [EVENTS [SEED [FLUX [OUT.root]]]]]
//
// FLUX is a table of text or, with nugan's component root, a FILE.root:HISTOGRAM; "-" stands for a beam of
// this program's own. OUT.root gets the events whose muon stops in the detector.

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <nugan/nugan.hpp>
#include <string>

#ifdef WITH_ROOT
#include <nugan/root/EventWriter.hpp>
#include <nugan/root/read_flux.hpp>
#endif

namespace {

/// Stands for the experiment's own simulation: muons start at the face of 3 m of plastic.
struct Detector {
  double events = 0;
  double muon_energy = 0;  // GeV, sum
  double q2 = 0;           // GeV², sum
  int forward = 0;         // within 20 degrees of the beam
  int contained = 0;       // stop inside

  /// Counts an event, and says whether its muon stops inside.
  bool operator()(const nugan::Event& event) {
    constexpr double cos_20_degrees = 0.9397;
    constexpr double energy_loss = 0.2;  // GeV/m, minimum ionising in plastic
    const bool stops = (event.El - nugan::muon_mass) / energy_loss < 3.0;
    events += 1;
    muon_energy += event.El;
    q2 += event.Q2;
    forward += event.cthl > cos_20_degrees;
    contained += stops;
    return stops;
  }

  void print(const std::string& label) const {
    std::printf("%12s %9.0f %11.4f %11.4f %9.4f %11.4f\n", label.c_str(), events, muon_energy / events,
                q2 / events, forward / events, contained / events);
  }
};

/// A beam that peaks at 0.6 GeV, neutrinos per GeV; no experiment's own.
nugan::Flux narrow_beam() {
  return {.edges = {0.3, 0.5, 0.7, 0.9, 1.2, 2.0, 4.0},
          .density = {5.0, 10.0, 6.0, 2.0, 0.8, 0.3},
          .name = "narrow beam"};
}

#ifdef WITH_ROOT
nugan::Flux read_flux(const std::string& source, int probe) {
  return nugan::root::read_flux(source, "", probe);
}

void write(const std::string& path, const nugan::Source& source, const nugan::Events& events,
           std::int64_t drawn) {
  nugan::Run run = nugan::run_of(source);
  run.requested = drawn;  // a cross section of the file's events is sigma times their share of these
  run.program = "cpp_chain, muons that stop in the detector";
  const auto writer = nugan::root::create(path, run, {.force = true});
  writer->write(events);
  writer->close();
}
#else
nugan::Flux read_flux(const std::string& source, int) {
  return nugan::read_flux_text(source);
}

void write(const std::string& path, const nugan::Source&, const nugan::Events&, std::int64_t) {
  throw nugan::Error(path + ": nugan was installed without its component root, which writes such files");
}
#endif

std::uint64_t whole_number(const std::string& text, std::uint64_t least) {
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || value < least)
    throw nugan::Error("'" + text + "' is not a whole number of at least " + std::to_string(least));
  return value;
}

int run(int argc, char** argv) {
  const std::string model = argc > 1 ? argv[1] : "numu_C12_inc";
  const auto n = static_cast<std::int64_t>(argc > 2 ? whole_number(argv[2], 1) : 20000);
  const std::uint64_t seed = argc > 3 ? whole_number(argv[3], 0) : 1;
  const std::string flux_source = argc > 4 ? argv[4] : "-";

  const nugan::Sampler sampler(model);
  const nugan::ModelInfo& info = sampler.model();
  std::printf("# model %s: probe %d on target %d, %s\n", info.name.c_str(), info.probe, info.target,
              info.interaction.c_str());
  std::printf("#  E_nu [GeV]    events  <E_mu> GeV  <Q2> GeV^2  forward   contained\n");
  for (const double enu : {0.6, 1.0, 3.0}) {
    Detector detector;
    for (const nugan::Event& event : sampler.events({.enu_low = enu, .enu_high = enu}, n, seed))
      detector(event);
    detector.print(std::to_string(enu));
  }

  const nugan::Flux flux = flux_source == "-" ? narrow_beam() : read_flux(flux_source, info.probe);
  nugan::Source source({{.sampler = sampler, .fraction = 1}},
                       {.low = info.enu_min, .high = info.enu_max, .flux = flux}, seed);
  Detector detector;
  nugan::Events stopped;
  for (const nugan::Event& event : source.events(n))
    if (detector(event)) stopped.push_back(event);
  detector.print("flux");
  const auto [below, above] = source.outside();
  std::printf("# %s: sigma %.4f +- %.4f x 1e-38 cm2/nucleon; rate below the model's range %.4f, above %.4f\n",
              flux.name.c_str(), *source.sigma(), *source.sigma_error(), below, above);
  if (argc > 5) write(argv[5], source, stopped, n);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try { return run(argc, argv); } catch (const nugan::Error& error) {
  std::fprintf(stderr, "cpp_chain: error: %s\n", error.what());
  return 2;
}
