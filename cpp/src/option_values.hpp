#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nugan/Error.hpp>
#include <string>
#include <utility>
#include <vector>

#include "joined.hpp"
#include "message.hpp"
#include "quoted.hpp"
#include "split.hpp"
#include "to_number.hpp"

namespace nugan {

/// An option with the values that follow it.
struct Given {
  std::string option;
  std::vector<std::string> values;

  const std::string& value() const { return values.front(); }

  [[noreturn]] void refuse(const std::string& text, const std::string& expected) const {
    throw Error(
        message("argument ", option, ": ", nugan::quoted(text), " is not ", expected, " (see --help)"));
  }
};

/// A finite number above 0.
inline double positive(const Given& given, const std::string& text) {
  const auto value = to_number(text);
  if (!value || !(*value > 0 && std::isfinite(*value))) given.refuse(text, "a finite number above 0");
  return *value;
}

inline double positive(const Given& given) {
  return positive(given, given.value());
}

/// Two of them.
inline std::pair<double, double> two_positive(const Given& given) {
  return {positive(given, given.values[0]), positive(given, given.values[1])};
}

/// A whole number of at least `least`, perhaps as 1e6.
inline std::int64_t count(const Given& given, int least) {
  const auto value = to_number(given.value());
  constexpr double most = 9e18;  // a larger one is refused as this one is: as too many events
  if (!value || !std::isfinite(*value) || *value < least || (*value <= most && *value != std::floor(*value)))
    given.refuse(given.value(), message("a whole number of at least ", least));
  return static_cast<std::int64_t>(std::min(*value, most));
}

/// A whole number from 0 to `most`, in digits alone.
template <class Whole>
Whole digits(const Given& given, Whole most, const std::string& most_in_words) {
  const std::string& text = given.value();
  Whole value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.find_first_not_of("0123456789") != text.npos || error != std::errc{} || value > most)
    given.refuse(text, "a whole number from 0 to " + most_in_words);
  return value;
}

/// One of some words.
inline std::string one_of(const Given& given, std::initializer_list<const char*> words) {
  for (const std::string word : words)
    if (given.value() == word) return word;
  given.refuse(given.value(), "one of " + joined(words));
}

/// "cpu", "cuda" or "cuda:k".
inline std::string device(const Given& given) {
  const std::string& text = given.value();
  const std::string number = text.starts_with("cuda:") ? text.substr(5) : "0";
  const bool fits = text == "cpu" || text == "cuda" || text.starts_with("cuda:");
  if (!fits || number.empty() || number.size() > 3 || number.find_first_not_of("0123456789") != number.npos)
    given.refuse(text, "cpu, cuda or cuda:k");
  return text;
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
