#include <cstddef>
#include <nugan/Options.hpp>
#include <nugan/event_formats.hpp>
#include <string_view>

#include "option_table.hpp"

namespace nugan {

namespace {

constexpr std::size_t help_column = 24, last_column = 100;

constexpr const char* purpose = R"(
Sample charged-current neutrino events from trained models into a file.
)";

constexpr const char* purpose_of_gen = R"(
Sample charged-current neutrino events from trained models into a ROOT file: nugan-sample without Python.
The same options and seed give the same events.
)";

constexpr const char* epilogue = R"(
examples:
  {program} --out events.root
  {program} -n 5e6 --energy 1.0 --seed 7 --out at_1GeV.root
  {program} --uniform 0.5 3 --device cuda:0 --compression lz4:1
  {program} --flux t2kflux.root:enu_nd280_numu --probe numu --target C --out t2k.root
  {program} --flux dune.root:numu_flux --allow-flux-outside --probe numu --target Ar40 \
      --exposure 1e20,0.5 --vertex -3:3,-1.5:1.5,0:5 --beam-dir 0,-0.101,0.995 --format rootracker

Energies and momenta are in GeV, angles in rad, Q2 in GeV^2, cross sections in 1e-38 cm2/nucleon, vertices
in m and s. Without --flux, --energy or --uniform the energies are uniform over the model's range. Every file
says what it holds (JSON "nugan"): model, seed, command, flux, cross section and its uncertainty, columns.
The same seed gives the same events whatever --chunk and --threads. Ctrl-C closes a valid file.
exit codes: 0 done, 2 bad input, 130 interrupted (143 by SIGTERM)
)";

std::string replaced(std::string text, std::string_view word, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += by.size())
    text.replace(at, word.size(), by);
  return text;
}

// A name and, in a column of its own, words in lines
std::string entry(const std::string& name, const std::string& words) {
  const std::string margin(help_column, ' ');
  std::string out, line = "  " + name;
  if (line.size() + 1 > help_column) {
    out = line + '\n';
    line = margin;
  }
  line.resize(help_column, ' ');
  bool begins = true;
  for (const auto& word : split(words, ' ')) {
    if (!begins && line.size() + 1 + word.size() > last_column) {
      out += line + '\n';
      line = margin;
      begins = true;
    }
    line += (begins ? "" : " ") + word;
    begins = false;
  }
  return out + line + '\n';
}

}  // namespace

std::string options_help(const std::string& program) {
  const bool gen = program == "nugan-gen";
  std::string text = "usage: {program} [options]\n" + std::string(gen ? purpose_of_gen : purpose);
  for (const auto& section : option_table()) {
    text += '\n' + std::string(section.title) + ":\n";
    for (const auto& option : section.options) {
      if (gen && option.only_sample) continue;
      const std::string name = std::string(option.name) + (*option.value ? " " : "") + option.value;
      const std::string usual = *option.usual ? " (default " + std::string(option.usual) + ")" : "";
      text += entry(name, replaced(replaced(option.help, "{formats}", format_names(gen)), "{format}",
                                   event_formats().front().name) +
                              usual);
    }
  }
  return replaced(text + epilogue, "{program}", program);
}

}  // namespace nugan
