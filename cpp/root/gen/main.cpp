// nugan-gen: events from models into a ROOT file, without Python.

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <future>
#include <iomanip>
#include <iostream>
#include <nugan/nugan.hpp>
#include <nugan/root/EventWriter.hpp>
#include <nugan/root/read_flux.hpp>

#include "../../src/message.hpp"
#include "../../src/streams.hpp"
#include "Options.hpp"

namespace {

using nugan::Error;
using nugan::message;

volatile std::sig_atomic_t caught = 0;

// The first signal lets the chunk under way be written, a second one ends the program. (ROOT ignores SIGINT
// while it writes to a file: one that comes then is lost and has to be sent again.)
void stop(int number) {
  caught = number;
  std::signal(number, SIG_DFL);
}

struct Interrupted {};

nugan::Source open(const Options& options) {
  std::vector<nugan::Nucleus> nuclei;
  if (options.probe.empty()) {
    const std::string name = options.model.empty() ? "numu_C12_inc" : options.model;
    nuclei.push_back({.sampler = nugan::Sampler(name, options.sampler), .fraction = 1});
  } else {
    const int probe = nugan::parse_probe(options.probe);
    for (const auto& [pdg, fraction] : nugan::parse_target(options.target))
      nuclei.push_back(
          {.sampler = nugan::Sampler(nugan::find_model(probe, pdg), options.sampler), .fraction = fraction});
  }
  auto [low, high] = nugan::common_range(nuclei);
  nugan::Energies energies{.low = low, .high = high};
  if (!options.flux.empty()) {
    energies.flux = nugan::root::read_flux(options.flux, options.flux_units,
                                           nuclei.front().sampler.model().process.probe, options.flux_columns);
    energies.weighted = options.weighted;
  } else if (options.energy || options.uniform) {
    std::tie(energies.low, energies.high) =
        options.uniform.value_or(std::pair(options.energy.value_or(0), options.energy.value_or(0)));
    std::string names;
    for (const auto& nucleus : nuclei) names += (names.empty() ? "" : ", ") + nucleus.sampler.model().name;
    for (const double energy : {energies.low, energies.high})
      if (!(energy >= low && energy <= high))
        throw Error(message("energy ", energy, " GeV is outside of the range of ", names, ", ", low, " to ",
                            high, " GeV"));
    if (energies.low > energies.high)
      throw Error(message("--uniform ", energies.low, " ", energies.high,
                          ": the first energy must not be above the second"));
  }
  nugan::Source source(std::move(nuclei), std::move(energies), options.seed, options.beam);
  if (const auto& flux = source.energies().flux) {
    const auto [below, above] = source.outside();
    nugan::check_outside(*flux, below + above, low, high, options.allow_flux_outside);
    const auto doubt = nugan::other_neutrino(*flux, source.nuclei().front().sampler.model().process.probe);
    if (!doubt.empty() && !options.quiet) std::cerr << "nugan-gen: warning: " << doubt << '\n';
  }
  return source;
}

// Events to draw: those asked for, or a number that an exposure happens to give
std::int64_t number_of_events(const Options& options, nugan::root::Run& run) {
  constexpr std::int64_t usual = 1'000'000;
  if (!options.exposure) return options.n.value_or(usual);
  const auto [pot, mass] = *options.exposure;
  const double mean = nugan::expected_events(*run.flux, *run.sigma, pot, mass);
  const auto text = message("exposure of ", pot, " POT and ", mass, " t");
  check_number(mean, message(mean, " events, the expectation for an ", text, ","));
  // jobs of a campaign, which share the seed, have numbers of their own
  const auto n = nugan::poisson(mean, nugan::Stream(options.seed, nugan::Stream::exposure)(options.first)[0]);
  check_number(static_cast<double>(n), message(n, " events"), options.first);
  if (n == 0)
    throw Error(message(text, ": ", mean, " events expected and none drawn; expected at least one"));
  run.pot = pot;
  run.exposure = {.pot = pot, .mass = mass, .expected = mean, .drawn = n};
  return n;
}

void check_space(const Options& options, std::int64_t n) {
  const bool compressed = options.writer.compression.substr(0, 4) != "none";
  const double bytes = static_cast<double>(n) * nugan::least_event_bytes(options.writer.format, compressed);
  std::error_code error;
  const auto folder = std::filesystem::absolute(options.out, error).parent_path();
  const auto space = std::filesystem::space(folder, error);
  if (!error && bytes > static_cast<double>(space.available))
    throw Error(message(n, " events take at least ", bytes / 1e9, " GB, but ", folder.string(), " has ",
                        static_cast<double>(space.available) / 1e9, " GB free"));
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// A chunk is drawn while the one before it is written
void write(nugan::root::EventWriter& writer, nugan::Source& source, std::int64_t n, const Options& options) {
  const bool show = !options.quiet && isatty(STDERR_FILENO);
  const auto start = std::chrono::steady_clock::now();
  const std::int64_t end = options.first + n;
  const auto draw = [&](std::int64_t first) {
    return source.draw(first, std::min(options.chunk, end - first));
  };
  std::future<nugan::Events> next = std::async(std::launch::async, draw, options.first);
  for (std::int64_t first = options.first; first < end && !caught; first += options.chunk) {
    const nugan::Events events = next.get();
    if (const auto after = first + options.chunk; after < end && !caught)
      next = std::async(std::launch::async, draw, after);
    writer.write(events);
    if (show)
      std::fprintf(stderr, "\r%lld/%lld events  %.0f events/s ", static_cast<long long>(writer.events()),
                   static_cast<long long>(n), static_cast<double>(writer.events()) / seconds_since(start));
  }
  if (next.valid()) next.wait();
  if (show) std::fprintf(stderr, "\n");
  if (writer.events() == 0) throw Interrupted{};
}

void summarise(const nugan::root::Run& run, const nugan::Source& source, const Options& options,
               std::int64_t events, double seconds) {
  std::cout << std::setprecision(4) << options.out << ": " << events << " events in " << seconds << " s ("
            << std::llround(static_cast<double>(events) / seconds) << " events/s), "
            << std::filesystem::file_size(options.out) << " bytes";
  if (run.mean_sigma)
    std::cout << ", sigma " << *run.mean_sigma << " +- " << *run.mean_sigma_error << " x 1e-38 cm2/nucleon";
  std::cout << '\n';
  if (const auto& flux = source.energies().flux) {
    const auto [below, above] = source.outside();
    const auto [low, high] = std::pair(source.energies().low, source.energies().high);
    std::cout << "flux " << flux->name << (flux->reading.empty() ? "" : ", read as " + flux->reading)
              << ", taken as " << flux->contents << ": " << 100 * flux->integral(low, high) / flux->integral()
              << " % of it lies in " << low << " to " << high
              << " GeV, where sigma is averaged; with sigma ~ E outside, " << 100 * below
              << " % of the rate lies below and " << 100 * above << " % above\n";
  }
  if (run.models.size() > 1) {
    std::cout << "events by nucleus:";
    for (const auto& model : run.models)
      std::cout << ' ' << nugan::nucleus_name(model.process.target) << ' ' << 100 * model.share << " %";
    std::cout << '\n';
  }
  if (const auto& exposure = run.exposure)
    std::cout << exposure->pot << " POT and " << exposure->mass << " t: " << exposure->expected
              << " events expected\n";
}

std::string version() {
  return message("nugan-gen ", NUGAN_VERSION, " (ROOT ", nugan::root::root_version(), ")");
}

std::string command_line(int argc, char** argv) {
  std::string line = "nugan-gen";
  for (int k = 1; k < argc; ++k) {
    const std::string word = argv[k];
    const bool plain = !word.empty() && word.find_first_of(" \"'\\$`*?<>|&;()") == std::string::npos;
    line += plain ? " " + word : " '" + word + "'";
  }
  return line;
}

int run(int argc, char** argv) {
  const Options options = parse(argc, argv);
  using Show = Options::Show;
  if (options.show == Show::help) std::cout << help;
  if (options.show == Show::version) std::cout << version() << '\n';
  if (options.show == Show::models) std::cout << nugan::root::model_table();
  if (options.show != Show::nothing) return 0;
  if (options.n) check_space(options, *options.n);

  nugan::Source source = open(options);
  auto about = nugan::root::run_of(source);
  about.program = version();
  about.command = command_line(argc, argv);
  const std::int64_t n = number_of_events(options, about);
  about.requested = n;
  about.first = options.first;
  check_space(options, n);
  const auto start = std::chrono::steady_clock::now();
  const auto writer = nugan::root::create(options.out, std::move(about), options.writer);
  for (const int number : {SIGINT, SIGTERM, SIGHUP})  // a command in a shell's background ignores SIGINT
    if (std::signal(number, SIG_IGN) != SIG_IGN) std::signal(number, stop);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of the writer's
  write(*writer, source, n, options);
  if (writer->run().pot)  // of an interrupted run, what was made
    *writer->run().pot *= static_cast<double>(writer->events()) / static_cast<double>(n);
  writer->close();
  if (!options.quiet) summarise(writer->run(), source, options, writer->events(), seconds_since(start));
  if (writer->events() < n) {
    std::cerr << "nugan-gen: interrupted after " << writer->events() << " of " << n << " events\n";
    return 128 + caught;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) try { return run(argc, argv); } catch (const Error& error) {
  std::cerr << "nugan-gen: error: " << error.what() << '\n';
  return 2;
} catch (const std::bad_alloc&) {
  std::cerr << "nugan-gen: error: not enough memory\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << "nugan-gen: error: " << error.what() << '\n';
  return 2;
} catch (const Interrupted&) {
  std::cerr << "nugan-gen: interrupted\n";
  return 128 + caught;
}
