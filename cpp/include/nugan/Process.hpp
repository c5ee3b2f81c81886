#pragma once

#include <nugan/Constants.hpp>
#include <nugan/export.hpp>
#include <optional>
#include <string>

namespace nugan {

/// Charged current (W exchange) or neutral current (Z exchange).
enum class Current { charged, neutral };

/// How a neutrino scatters; the column `mode` of events has these numbers. As the channel of a process,
/// `unknown` means all of them together, which the events do not tell apart.
enum class Mode { unknown = 0, qel = 1, mec = 2, res = 3, dis = 4, coh = 5 };

/// Number of modes, `unknown` included.
inline constexpr int mode_count = 6;

/// What formats call a mode.
struct ModeName {
  const char* word;         ///< in texts such as "CC quasielastic"
  const char* letters;      ///< in gst, and in tables of cross sections
  const char* genie;        ///< in GENIE's EvtCode
  int nuhepmc;              ///< process of NuHepMC, of the charged current; 50 more of the neutral one
  int neut;                 ///< NEUT's mode as NUISANCE has it, of the charged current of a neutrino
  int neut_neutral;         ///< the same of the neutral current
  const char* description;  ///< for the head of a file
};

/// The names of a mode; of `unknown` for a number that is none.
NUGAN_EXPORT const ModeName& name_of(Mode mode);

/// The mode that the letters of gst name, such as "qel".
NUGAN_EXPORT std::optional<Mode> mode_of_letters(const std::string& letters);

/// What happens in the events of a model: who meets whom, by which current, in which channel.
struct NUGAN_EXPORT Process {
  int probe = 14;                      ///< PDG number of the neutrino
  int target = 0;                      ///< PDG number of the nucleus, 10LZZZAAAI
  Current current = Current::charged;  ///< what is exchanged
  Mode channel = Mode::unknown;        ///< unknown: inclusive

  /// PDG number of the lepton that leaves: the charged partner of the neutrino, or itself.
  int lepton() const;

  /// Its mass, GeV.
  double lepton_mass() const { return nugan::lepton_mass(lepton()); }

  /// PDG number of the nucleon that a quasielastic charged current turns into the other; 0 where that is not
  /// known.
  int struck_nucleon() const;

  /// NuHepMC's number of a mode of this process.
  int nuhepmc(Mode mode) const;

  /// NEUT's number of a mode of this process, negative for antineutrinos; 0 for unknown.
  int neut(Mode mode) const;

  /// "CC" or "NC".
  const char* current_name() const { return current == Current::charged ? "CC" : "NC"; }

  /// Such as "CC quasielastic" or "CC inclusive".
  std::string name() const;
};

/// The process that an archive, or a file's description of a model, tells of: the one place where its words
/// are read.
///
/// @param probe, target  PDG numbers
/// @param interaction    a text such as "CC quasielastic"; words that are not known say "CC" and "inclusive"
/// @param current        "CC" or "NC", where it is given on its own, as newer archives have it
/// @param channel        the word of a mode, or "inclusive", where it is given on its own
/// @throws Error for a current or a channel that is given on its own and is none
NUGAN_EXPORT Process process_of(int probe, int target, const std::string& interaction,
                                const std::optional<std::string>& current = {},
                                const std::optional<std::string>& channel = {});

}  // namespace nugan
