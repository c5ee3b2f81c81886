#include <algorithm>
#include <array>
#include <nugan/Error.hpp>
#include <nugan/Process.hpp>
#include <string_view>

#include "../text/ascii_text.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"

namespace nugan {

namespace {

// NuHepMC: E.C.1. NEUT's numbers of the charged current are those of NUISANCE
constexpr std::array<ModeName, mode_count> names{{
    {"inclusive", "all", "Unknown", 700, 0, 0, "scattering of any mode: which one an event has is not known"},
    {"quasielastic", "qel", "QES", 200, 1, 51, "quasielastic scattering"},
    {"multinucleon", "mec", "MEC", 300, 2, 0, "scattering off a pair of nucleons"},
    {"resonant", "res", "RES", 400, 11, 31, "production of a resonance"},
    {"deep-inelastic", "dis", "DIS", 600, 26, 46, "deep-inelastic scattering"},
    {"coherent", "coh", "COH", 100, 16, 36, "coherent production of a meson"},
}};

constexpr int neutral_of_nuhepmc = 50;

std::optional<Current> current_of(std::string_view text) {
  if (text == "CC") return Current::charged;
  if (text == "NC") return Current::neutral;
  return std::nullopt;
}

std::optional<Mode> channel_of(std::string_view text) {
  const auto found =
      std::ranges::find(names, text, [](const ModeName& name) { return std::string_view(name.word); });
  if (found == names.end()) return std::nullopt;
  return static_cast<Mode>(found - names.begin());
}

}  // namespace

const ModeName& name_of(Mode mode) {
  const auto k = static_cast<std::size_t>(mode);
  return names[k < names.size() ? k : 0];
}

std::optional<Mode> mode_of_letters(const std::string& letters) {
  const auto found = std::ranges::find(names.begin() + 1, names.end(), std::string_view(letters),
                                       [](const ModeName& name) { return std::string_view(name.letters); });
  return found == names.end() ? std::nullopt : std::optional(static_cast<Mode>(found - names.begin()));
}

int Process::lepton() const {
  if (current == Current::neutral) return probe;
  return probe > 0 ? probe - 1 : probe + 1;
}

int Process::struck_nucleon() const {
  if (current != Current::charged || channel != Mode::qel) return 0;
  return probe > 0 ? neutron : proton;
}

int Process::nuhepmc(Mode mode) const {
  return name_of(mode).nuhepmc + (current == Current::neutral ? neutral_of_nuhepmc : 0);
}

int Process::neut(Mode mode) const {
  const auto& name = name_of(mode);
  return (probe > 0 ? 1 : -1) * (current == Current::charged ? name.neut : name.neut_neutral);
}

std::string Process::name() const {
  return message(current_name(), ' ', name_of(channel).word);
}

Process process_of(int probe, int target, const std::string& interaction,
                   const std::optional<std::string>& current, const std::optional<std::string>& channel) {
  Process process{.probe = probe, .target = target};
  const auto blank = std::min(interaction.find(' '), interaction.size());
  const std::string_view text(interaction);
  process.current = current_of(text.substr(0, blank)).value_or(Current::charged);
  process.channel = channel_of(text.substr(std::min(blank + 1, text.size()))).value_or(Mode::unknown);
  if (current) {
    const auto known = current_of(*current);
    if (!known) throw Error(message("current ", quoted(*current), ": expected CC or NC"));
    process.current = *known;
  }
  if (channel) {
    const auto known = channel_of(*channel);
    std::string words;
    for (const auto& name : names) words += message(words.empty() ? "" : ", ", name.word);
    if (!known) throw Error(message("channel ", quoted(*channel), ": expected one of ", words));
    process.channel = *known;
  }
  return process;
}

}  // namespace nugan
