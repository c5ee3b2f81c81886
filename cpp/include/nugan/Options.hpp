#pragma once

#include <cstdint>
#include <nugan/Beam.hpp>
#include <nugan/export.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nugan {

/// What nugan-sample and nugan-gen are told on the command line.
struct Options {
  std::string program;        ///< nugan-sample or nugan-gen
  std::string model;          ///< name or path
  std::string probe, target;  ///< in place of the model; both or none
  /// in place of the probe: PDG numbers of neutrinos, and the objects of their fluxes or nothing
  std::vector<std::pair<int, std::string>> flavours;
  std::optional<std::int64_t> n;                      ///< events, unless there is an exposure
  std::optional<std::pair<double, double>> exposure;  ///< protons on target, t
  std::int64_t first = 0;                             ///< number of the first event
  std::optional<double> energy;                       ///< GeV
  std::optional<std::pair<double, double>> uniform;   ///< GeV
  std::string flux, flux_units, flux_columns;         ///< empty where they are not given
  bool allow_flux_outside = false;
  bool weighted = false;
  Beam beam;
  std::uint64_t seed = 0;
  std::string out, format, compression;
  std::string device, backend;
  int threads = 0;
  std::int64_t chunk = 0;  ///< events held at once
  bool lepton_only = false;
  std::int64_t replicas = 0;  ///< of the models, that events have weights of
  bool root_writer = false;
  bool force = false;
  bool quiet = false;
  std::string show;  ///< "help", "models", "version", or empty: draw events
};

/// The options of a program, `nugan-sample` or `nugan-gen`, checked as far as it can be without reading a
/// file. A long option may be cut short, and its value may follow a space or an equals sign.
/// @param program  its name
/// @param words    the command line behind the program's name
/// @throws Error for unknown options, bad values, options that contradict each other
NUGAN_EXPORT Options parse_options(const std::string& program, const std::vector<std::string>& words);

/// What --help shows.
NUGAN_EXPORT std::string options_help(const std::string& program);

/// Refuse more events than can be numbered.
/// @param n      their number
/// @param what   the events, for the message
/// @param first  number of the first one
/// @throws Error
NUGAN_EXPORT void check_number(double n, const std::string& what, std::int64_t first = 0);

}  // namespace nugan
