#include <nugan/BoxMuller.hpp>

#include "../fused/normal.hpp"

namespace nugan {

std::array<float, 2> BoxMuller::operator()(std::uint32_t radius, std::uint32_t angle) const {
  std::array<float, 2> result;
  box_muller(radius, angle, result[0], result[1]);
  return result;
}

}  // namespace nugan
