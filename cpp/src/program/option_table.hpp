#pragma once

#include <nugan/Options.hpp>
#include <string>
#include <vector>

#include "option_values.hpp"

namespace nugan {

/// An option of nugan-sample and nugan-gen.
struct Option {
  const char* name;   ///< "--seed", "-n"
  const char* value;  ///< what follows it, for the help; two words are two values; empty for a flag
  std::string help;   ///< one or two lines
  void (*take)(Options&, const Given&);
  const char* usual = "";    ///< the value where it is not given
  int group = 0;             ///< of several options of a group one may be given
  bool needs_flux = false;   ///< goes with --flux
  bool only_sample = false;  ///< nugan-gen has no such option
};

/// Options under a title of the help.
struct OptionSection {
  const char* title;
  std::vector<Option> options;
};

/// All of them, in the order of the help.
const std::vector<OptionSection>& option_table();

}  // namespace nugan
