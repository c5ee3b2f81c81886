#pragma once

#include <catch_amalgamated.hpp>
#include <nugan/Error.hpp>
#include <string>

using Catch::Approx;

/// The message of the nugan::Error that a call throws; empty where it throws none.
template <class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const nugan::Error& error) {
    return error.what();
  }
  return "";
}

/// Whether a message has all the parts.
template <class... Parts>
bool names(const std::string& text, const Parts&... parts) {
  return ((text.find(parts) != std::string::npos) && ...) && text.find('\n') == std::string::npos;
}
