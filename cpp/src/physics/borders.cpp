#include <nugan/borders.hpp>

namespace nugan {

std::vector<double> borders_between(std::vector<double> borders, double low, double high) {
  std::ranges::sort(borders);
  std::vector<double> out = {low};
  for (const double border : borders)
    if (border > low && border < high && !same_border(border, out.back()) && !same_border(border, high))
      out.push_back(border);
  if (high > low) out.push_back(high);
  return out;
}

}  // namespace nugan
