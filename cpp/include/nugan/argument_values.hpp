#pragma once

#include <cstdint>
#include <nugan/export.hpp>
#include <string>

/// Values that options of all programs have, from what the user typed. Each function throws Error with one
/// line: the text in quotation marks and what was expected, as "'x' is not a finite number above 0".
namespace nugan {

/// A finite number above 0.
NUGAN_EXPORT double parse_positive(const std::string& text);

/// A whole number of any sign up to 9e18, perhaps as 1e6.
NUGAN_EXPORT std::int64_t parse_whole(const std::string& text);

/// The same, of at least `least`.
NUGAN_EXPORT std::int64_t parse_count(const std::string& text, std::int64_t least = 1);

/// A seed: 0 to 2^64 - 1, in digits.
NUGAN_EXPORT std::uint64_t parse_seed(const std::string& text);

/// A number of threads, 0 for all, up to 9999.
NUGAN_EXPORT int parse_threads(const std::string& text);

/// Where a network runs.
struct DeviceName {
  bool cuda = false;
  int number = 0;  ///< of the CUDA device
};

/// "cpu", "cuda" or "cuda:k", k of up to three digits.
NUGAN_EXPORT DeviceName parse_device(const std::string& text);

}  // namespace nugan
