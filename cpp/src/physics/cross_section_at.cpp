#include <algorithm>
#include <nugan/Error.hpp>
#include <nugan/cross_section_at.hpp>

#include "../text/message.hpp"
#include "interpolate.hpp"

namespace nugan {

double cross_section_at(std::span<const double> enu, std::span<const double> sigma, double at) {
  if (enu.size() != sigma.size() || enu.size() < 2)
    throw Error(message("cross section: ", enu.size(), " energies and ", sigma.size(),
                        " values; expected as many of both, two or more"));
  return interpolate(enu, sigma, std::clamp(at, enu.front(), enu.back()));
}

}  // namespace nugan
