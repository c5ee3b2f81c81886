#pragma once

#include <string>
#include <vector>

namespace nugan {

/// What an archive says about its generator.
struct ModelInfo {
  std::string file;              ///< path of the archive
  std::string name;              ///< such as "numu_C12_inc"
  int probe = 0;                 ///< PDG number of the neutrino
  int target = 0;                ///< PDG number of the nucleus, 10LZZZAAAI
  std::string interaction;       ///< such as "CC inclusive"
  int latent_size = 0;           ///< normal numbers that an event takes
  double enu_min = 0;            ///< lowest neutrino energy, GeV
  double enu_max = 0;            ///< highest neutrino energy, GeV
  double shift = 0;              ///< energy that the nucleus always keeps, GeV
  std::vector<double> xsec_enu;  ///< energies of the cross section table, GeV
  std::vector<double> xsec;      ///< total cross section, 1e-38 cm²/nucleon
  std::string sha256;            ///< of names and values of all weights, 64 hexadecimal digits
  std::string metadata;          ///< the archive's nugan.json, as text
};

}  // namespace nugan
