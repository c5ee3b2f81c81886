#pragma once

namespace CLHEP {

inline constexpr double GeV = 1000, m = 1000, s = 1e9;

}
