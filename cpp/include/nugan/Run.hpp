#pragma once

#include <cstdint>
#include <nugan/Beam.hpp>
#include <nugan/Energies.hpp>
#include <nugan/Flux.hpp>
#include <nugan/Process.hpp>
#include <nugan/Replica.hpp>
#include <nugan/Value.hpp>
#include <nugan/channels.hpp>
#include <nugan/cross_section_at.hpp>
#include <nugan/export.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nugan {

/// Protons on target and mass that the number of events was drawn for.
struct Exposure {
  double pot;
  double mass;      ///< t
  double expected;  ///< events
  std::int64_t drawn;
};

/// What all events of a file have in common, and how they were drawn.
///
/// run_of() fills in what a source knows, the rest is the caller's. What is empty is left out of the file's
/// description, see describe().
struct Run {
  int probe = 0;                                  ///< PDG number of the neutrino
  std::vector<std::pair<int, double>> targets{};  ///< PDG numbers, fractions of the target's nucleons
  std::optional<double> sigma{};                  ///< flux-averaged, 1e-38 cm²/nucleon, if there is one
  std::optional<double> sigma_error{};
  std::optional<Flux> flux{};      ///< inside of the models' range
  std::optional<double> energy{};  ///< the one neutrino energy, GeV
  std::optional<double> pot{};     ///< protons on target that the events stand for
  /// Of a beam of several flavours each of them, with its own of the above; the run's own neutrino is then
  /// that of most events, and its cross section the mean over all
  std::vector<Run> flavours{};

  /// The model of one of the targets.
  struct Model {
    std::string name{}, sha256{}, interaction{};
    bool hadrons = false;  ///< whether the events have them
    Process process{};
    double fraction = 1, share = 1;  ///< of the nucleons, of the events
    std::optional<double> sigma{};
    std::vector<double> xsec_enu{}, xsec{};  ///< cross section against energy, GeV, 1e-38 cm²/nucleon
  };
  std::vector<Model> models{};

  Replicas replicas{};    ///< that the events have weights of, in the order of `wght_rep`
  std::string program{};  ///< what wrote the file
  std::string command{};
  std::string time{};     ///< when, such as "2025-01-31T12:00:00+00:00"
  std::string backend{};  ///< what ran the network
  std::optional<std::uint64_t> seed{};
  std::int64_t first = 0;                   ///< number of the first event
  std::optional<std::int64_t> requested{};  ///< events
  std::optional<Exposure> exposure{};
  std::optional<Energies> energies{};  ///< with the whole flux
  Interval outside{0, 0};              ///< shares of the whole rate below and above these energies
  std::optional<Beam> beam{};
  std::optional<double> mean_sigma{};  ///< sigma, or the mean over uniform energies
  std::optional<double> mean_sigma_error{};
  std::vector<ChannelSigma> channels{};  ///< parts of it, if all models have them
  CrossSectionTable table{};             ///< of the target's nucleons
};

/// What a file says of itself, the JSON "nugan".
/// @param run     what its events have in common
/// @param events  their number; none while it is not known
/// @param table   whether the file is a table of the columns of gst, whose meanings go with it
NUGAN_EXPORT Value::Map describe(const Run& run, std::optional<std::int64_t> events, bool table = false);

/// The part "run" of it: what a reader needs, of any generator's events.
NUGAN_EXPORT Value::Map describe_numbers(const Run& run);

/// A flux in a file's description.
NUGAN_EXPORT Value::Map describe(const Flux& flux);

/// What a program says when a file is done: events and rate, flux, nuclei, exposure, a line each.
/// @param run      what its events have in common
/// @param path     the file
/// @param events   in it
/// @param seconds  that it took
NUGAN_EXPORT std::string summary(const Run& run, const std::string& path, std::int64_t events,
                                 double seconds);

/// What a program says when it was interrupted.
NUGAN_EXPORT std::string interruption(std::int64_t events, std::int64_t requested);

/// The number of events that an exposure happens to give, which the run then has, as it has the protons on
/// target.
/// @param run   with its flux and cross section
/// @param pot   protons on target
/// @param mass  of the target, t
/// @param seed  of the events
/// @throws Error for a flux without normalisation, too many events, and none
NUGAN_EXPORT std::int64_t draw_number(Run& run, double pot, double mass, std::uint64_t seed);

/// Protons on target that a run's events stand for, and those of each of its flavours.
NUGAN_EXPORT void set_pot(Run& run, double pot);

/// Now, as Run::time.
NUGAN_EXPORT std::string utc_now();

}  // namespace nugan
