#pragma once

#include <array>
#include <cstdint>
#include <nugan/Beam.hpp>
#include <nugan/Sampler.hpp>
#include <nugan/root/EventWriter.hpp>
#include <optional>
#include <string>
#include <utility>

/// The options of nugan-gen, which are those of nugan-sample.
struct Options {
  std::string model;          ///< name or path; empty for the usual one
  std::string probe, target;  ///< in place of the model; both or none
  std::optional<std::int64_t> n;
  std::int64_t first = 0;                             ///< number of the first event
  std::optional<std::pair<double, double>> exposure;  ///< protons on target, t
  std::optional<double> energy;                       ///< GeV
  std::optional<std::pair<double, double>> uniform;   ///< GeV
  std::string flux, flux_units, flux_columns;
  bool allow_flux_outside = false;
  bool weighted = false;
  nugan::Beam beam;
  std::uint64_t seed = 1;
  std::string out = "events.root";
  nugan::root::EventWriter::Config writer;
  nugan::Sampler::Config sampler;
  std::int64_t chunk = 100'000;
  bool quiet = false;
  enum class Show { nothing, help, models, version } show = Show::nothing;
};

/// The command line, checked as far as it can be without reading a file.
/// @throws nugan::Error for unknown options, bad values, options that contradict each other
Options parse(int argc, char** argv);

/// Refuse more events than can be numbered, from `first` on. @throws nugan::Error
void check_number(double n, const std::string& what, std::int64_t first = 0);

/// What --help shows.
extern const char* const help;
