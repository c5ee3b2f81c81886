#pragma once

#include <nugan/Process.hpp>
#include <nugan/channels.hpp>
#include <string>
#include <vector>

namespace nugan {

/// Relative uncertainty of a cross section table that states none: NuWro's statistical errors are 0.4 to
/// 0.7 % in a bin, and its runs with other start-up tables scatter by up to 1 % in common. How well the
/// interaction model describes nature is not in it.
inline constexpr double default_xsec_error = 0.01;

/// What an archive says about its generator.
struct ModelInfo {
  std::string file;                                 ///< path of the archive
  std::string name;                                 ///< such as "numu_C12_inc"
  Process process{};                                ///< neutrino, nucleus, current, channel
  std::string interaction;                          ///< the archive's words for it, such as "CC inclusive"
  int latent_size = 0;                              ///< normal numbers that an event takes
  double enu_min = 0;                               ///< lowest neutrino energy, GeV
  double enu_max = 0;                               ///< highest neutrino energy, GeV
  double shift = 0;                                 ///< energy that the nucleus always keeps, GeV
  std::vector<double> xsec_enu;                     ///< energies of the cross section table, GeV
  std::vector<double> xsec;                         ///< total cross section, 1e-38 cm²/nucleon
  double xsec_relative_error = default_xsec_error;  ///< of the whole table, common to all energies
  std::vector<double> xsec_error{};                 ///< its statistical error, if the archive has it
  std::vector<ChannelTable> channels{};             ///< parts of it, if the archive has them
  bool hadrons = false;                             ///< whether it makes the hadrons, too
  std::string sha256;    ///< of names and values of all weights, 64 hexadecimal digits
  std::string metadata;  ///< the archive's nugan.json, as text
};

}  // namespace nugan
