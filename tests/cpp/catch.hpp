#pragma once

// Catch2 version 3 where there is one, else version 2 (Debian 12)
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

#include <nugan/Error.hpp>
#include <string>

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
