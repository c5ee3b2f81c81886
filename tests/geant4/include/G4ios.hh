#pragma once

#include <iostream>

#define G4cout std::cout
#define G4endl std::endl
