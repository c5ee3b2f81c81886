#pragma once

#include <stdexcept>
#include <string>

using G4int = int;
using G4double = double;

enum G4ExceptionSeverity { FatalException };

inline void G4Exception(const char* origin, const char* code, G4ExceptionSeverity, const char* description) {
  throw std::runtime_error(std::string(origin) + " " + code + ": " + description);
}
