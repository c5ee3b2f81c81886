#pragma once

#include <cstdint>
#include <nugan/Source.hpp>
#include <nugan/root/export.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nugan::root {

/// Protons on target and mass that the number of events was drawn for.
struct Exposure {
  double pot;
  double mass;      ///< t
  double expected;  ///< events
  std::int64_t drawn;
};

/// What all events of a file have in common; its JSON lies beside them as the TObjString "nugan".
///
/// run_of() fills in what a source knows, the rest is the caller's. The writers read it when they are
/// closed, but for probe, models and sigma.
struct Run {
  int probe = 0;                                  ///< PDG number of the neutrino
  std::vector<std::pair<int, double>> targets{};  ///< PDG numbers, fractions of the target's nucleons
  std::optional<double> sigma{};                  ///< flux-averaged, 1e-38 cm²/nucleon, if there is one
  std::optional<double> sigma_error{};
  std::optional<double> mean_sigma{};  ///< the same, or the mean over uniform energies
  std::optional<double> mean_sigma_error{};
  std::optional<Flux> flux{};      ///< inside of the models' range
  std::optional<double> energy{};  ///< the one neutrino energy, GeV
  std::optional<double> pot{};     ///< protons on target that the events stand for

  /// The model of one of the targets.
  struct Model {
    std::string name, sha256, interaction;
    int probe, target;
    double fraction, share;  ///< of the nucleons, of the events
    std::optional<double> sigma;
    std::vector<double> xsec_enu{}, xsec{};  ///< cross section against energy, GeV, 1e-38 cm²/nucleon
  };
  std::vector<Model> models{};

  std::string about{};  ///< JSON object of seed, energies, beam, cross section and the like

  std::string program{};  ///< what wrote the file
  std::string command{};
  std::optional<std::int64_t> requested{};  ///< events
  std::int64_t first = 0;                   ///< number of the first event
  std::optional<Exposure> exposure{};
};

/// A line for each model that is found by its name, the shortest names first, as nugan-sample shows them.
NUGAN_ROOT_EXPORT std::string model_table();

/// The run of a source's events.
NUGAN_ROOT_EXPORT Run run_of(const Source& source);

/// The JSON of a run with so many events, as nugan-sample writes it; nugan-convert reads it.
/// @param run     what its events have in common
/// @param events  their number
/// @param table   whether the file is a table of the columns of gst, whose meanings go with it
NUGAN_ROOT_EXPORT std::string to_json(const Run& run, std::int64_t events, bool table);

}  // namespace nugan::root
