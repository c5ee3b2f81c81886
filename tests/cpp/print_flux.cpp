// For tests/test_flux_cpp.py: what the library makes of each title on standard input (area, POT, width,
// scale), then the edges and densities of the table of text that is named.
#include <iomanip>
#include <iostream>
#include <nugan/FluxUnit.hpp>
#include <nugan/read_flux.hpp>
#include <optional>
#include <sstream>
#include <string>

namespace {

std::string show(const std::optional<double>& value) {
  std::ostringstream out;
  if (value)
    out << std::setprecision(17) << *value;
  else
    out << "None";
  return out.str();
}

}  // namespace

int main(int count, char** arguments) {
  for (std::string title; std::getline(std::cin, title);) {
    const auto unit = nugan::flux_unit_from_title(title);
    if (unit)
      std::cout << show(unit->area) << ' ' << show(unit->pot) << ' ' << show(unit->width) << ' '
                << show(unit->scale) << '\n';
    else
      std::cout << "None\n";
  }
  if (count < 2) return 0;
  const auto flux = nugan::read_flux_text(arguments[1]);
  for (const auto* numbers : {&flux.edges, &flux.density}) {
    for (const double number : *numbers) std::cout << show(number) << ' ';
    std::cout << '\n';
  }
  std::cout << flux.unit << '\n' << flux.contents << '\n';
}
