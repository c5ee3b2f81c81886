// nugan-gen: events from models into a ROOT file, without Python.

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <nugan/nugan.hpp>
#include <nugan/root/EventWriter.hpp>
#include <nugan/root/read_flux.hpp>

#include "../../src/text/message.hpp"

namespace {

constexpr const char* program = "nugan-gen";

volatile std::sig_atomic_t caught = 0;

// The first signal lets the chunk under way be written, a second one ends the program. (ROOT ignores SIGINT
// while it writes to a file: one that comes then is lost and has to be sent again.)
void stop(int number) {
  caught = number;
  std::signal(number, SIG_DFL);
}

void catch_signals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP})  // a command in a shell's background ignores SIGINT
    if (std::signal(number, SIG_IGN) != SIG_IGN) std::signal(number, stop);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of the writer's
}

std::string version() {
  return nugan::message(program, ' ', NUGAN_VERSION, " (ROOT ", nugan::root::root_version(), ")");
}

std::string command_line(const std::vector<std::string>& words) {
  std::string line = program;
  for (const auto& word : words) {
    const bool plain = !word.empty() && word.find_first_of(" \"'\\$`*?<>|&;()") == std::string::npos;
    line += plain ? " " + word : " '" + word + "'";
  }
  return line;
}

void check_space(const nugan::Options& options, std::int64_t n) {
  const double least = nugan::least_event_bytes(options.format, options.compression);
  nugan::check_space(options.out, n, static_cast<double>(n) * least);
}

nugan::Flux read_flux(const nugan::Options& options, int probe) {
  return nugan::root::read_flux(options.flux, options.flux_units, probe, options.flux_columns);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int draw(const nugan::Options& options, const std::string& command) {
  nugan::check_target(options.out, options.force);
  if (options.n) check_space(options, *options.n);
  auto opened = nugan::open_source(options, nugan::models_folders(), read_flux);
  if (!opened.warning.empty() && !options.quiet)
    std::cerr << program << ": warning: " << opened.warning << '\n';
  opened.run.program = version();
  opened.run.command = command;
  const std::int64_t n = *opened.run.requested;
  check_space(options, n);
  const auto start = std::chrono::steady_clock::now();
  const auto writer = nugan::root::create(
      options.out, opened.run,
      {.format = options.format, .compression = options.compression, .force = options.force});
  catch_signals();
  const bool show = !options.quiet && isatty(STDERR_FILENO);
  const auto write = [&](nugan::Events&& events) {
    writer->write(events);
    if (show)
      std::fprintf(stderr, "\r%lld/%lld events  %.0f events/s ", static_cast<long long>(writer->events()),
                   static_cast<long long>(n), static_cast<double>(writer->events()) / seconds_since(start));
  };
  const auto events = nugan::draw_chunks(opened, options, write, [] { return caught != 0; });
  if (show) std::fputc('\n', stderr);
  if (events == 0) {
    std::cerr << program << ": interrupted\n";
    return 128 + caught;
  }
  writer->run().pot = opened.run.pot;
  writer->close();
  if (!options.quiet) std::cout << nugan::summary(opened.run, options.out, events, seconds_since(start));
  if (events == n) return 0;
  std::cerr << program << ": " << nugan::interruption(events, n) << '\n';
  return 128 + caught;
}

int run(const std::vector<std::string>& words) {
  const auto options = nugan::parse_options(program, words);
  if (options.show.empty()) return draw(options, command_line(words));
  std::cout << (options.show == "help"      ? nugan::options_help(program)
                : options.show == "version" ? version() + '\n'
                                            : nugan::model_table());
  return 0;
}

}  // namespace

int main(int argc, char** argv) try { return run({argv + 1, argv + argc}); } catch (const std::bad_alloc&) {
  std::cerr << program << ": error: not enough memory\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << program << ": error: " << error.what() << '\n';
  return 2;
}
