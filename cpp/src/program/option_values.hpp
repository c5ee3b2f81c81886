#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <nugan/Error.hpp>
#include <nugan/argument_values.hpp>
#include <string>
#include <utility>
#include <vector>

#include "../text/joined.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "../text/split.hpp"
#include "../text/to_number.hpp"

namespace nugan {

/// An option with the values that follow it.
struct Given {
  std::string option;
  std::vector<std::string> values;

  const std::string& value() const { return values.front(); }

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(message("argument ", option, ": ", why, " (see --help)"));
  }
  [[noreturn]] void refuse(const std::string& text, const std::string& expected) const {
    refuse(message(nugan::quoted(text), " is not ", expected));
  }
};

/// The value of an option by a parser of <nugan/argument_values.hpp>.
template <class Parse, class... More>
auto parsed(const Given& given, const Parse& parse, const More&... more) {
  try {
    return parse(given.value(), more...);
  } catch (const Error& error) {
    given.refuse(error.what());
  }
}

/// Two finite numbers above 0.
inline std::pair<double, double> two_positive(const Given& given) {
  const auto one = [&](std::size_t k) { return parsed({given.option, {given.values[k]}}, parse_positive); };
  return {one(0), one(1)};
}

/// One of some words.
inline std::string one_of(const Given& given, std::initializer_list<const char*> words) {
  for (const std::string word : words)
    if (given.value() == word) return word;
  given.refuse(given.value(), "one of " + joined(words));
}

/// "POT,MASS": protons on target and tonnes.
inline std::pair<double, double> exposure(const Given& given) {
  const auto parts = split(given.value(), ',');
  const auto pot = to_number(parts.front()), mass = to_number(parts.back());
  if (parts.size() != 2 || !pot || !mass || !(*pot > 0 && *mass > 0) || !std::isfinite(*pot + *mass))
    given.refuse(given.value(), "POT,MASS: two finite numbers above 0, protons on target and tonnes");
  return {*pot, *mass};
}

}  // namespace nugan
