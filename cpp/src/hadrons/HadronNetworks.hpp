#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "../fused/Network.hpp"
#include "Tensors.hpp"

namespace nugan {

/// Version of names, features and coordinates that this library reads; see docs/hadrons.md.
inline constexpr int hadrons_layout = 1;

/// QE, RES, DIS, COH, MEC; species that are counted: pi+, pi0, pi-, n, p.
inline constexpr int hadron_modes = 5, counted_species = 5;

/// PDG numbers: two photons of an eta's mass are one particle to the networks.
inline constexpr int eta = 221, photon = 22;

/// Sizes of what the networks see.
inline constexpr int lepton_inputs = 12, remnant_inputs = 32, step_inputs = 62, word_inputs = 8;

/// Means and scales of inputs.
struct Normalisation {
  std::vector<float> mean, scale;
};

/// Splines of several variables, each given those before.
struct HadronChain {
  Normalisation inputs, known;
  DenseLayer first, second, start;
  std::vector<DenseLayer> heads;  ///< of (hidden, what is known)
  std::vector<DenseLayer> ends;
  std::vector<int> seen;  ///< how much of what is known each head takes
};

/// An entry of the vocabulary: a set of particles that are not counted.
struct HadronWord {
  std::array<double, word_inputs> inputs;
  double charge, baryons, mass;  ///< sums, GeV
  std::vector<int> codes;        ///< PDG numbers
  std::vector<double> masses;    ///< GeV
};

/// A species that is counted.
struct CountedSpecies {
  int pdg;
  double mass;  ///< GeV
  double charge, baryons;
};

/// All stages of the hadrons in plain numbers, as the tensors of an archive have them.
struct HadronNetworks {
  Normalisation lepton;
  std::array<DenseLayer, 3> mode;
  DenseLayer first, second;
  std::array<DenseLayer, counted_species + 1> heads, ends;  ///< of the vocabulary, then of the counts
  std::array<HadronChain, hadron_modes> remnants;
  std::array<HadronChain, 6> steps;
  std::vector<HadronWord> words;
  std::array<CountedSpecies, counted_species> counted;
  std::array<double, hadron_modes> centre, width;  ///< of E_miss, GeV
  std::array<int, counted_species> most;           ///< largest counts
  double charge, baryons;                          ///< of nucleus and neutrino less the charged lepton
  double least;                                    ///< smallest upper bound of E_miss, GeV

  /// Most hadrons that an event may have.
  int most_hadrons() const;
};

/// Reads the tensors of an archive's module `hadrons` and what its metadata say of them.
/// @param file      the archive, for messages
/// @param metadata  its nugan.json
/// @throws Error    one line that names the file and what is missing or does not fit
HadronNetworks read_hadrons(const std::string& file, const Tensors& tensors, const std::string& metadata);

}  // namespace nugan
