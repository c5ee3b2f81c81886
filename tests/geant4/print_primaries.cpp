// Prints the primaries of the README's action, one in a line: run with its code as action.hh on the include
// path.
#include <G4Event.hh>
#include <NuganPrimaryGenerator.hh>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "action.hh"

int main(int argc, char** argv) try {
  const NuganActionInitialization initialization(my_source());
  initialization.Build();
  for (int k = 1; k < argc; ++k) {
    G4Event event(std::atoi(argv[k]));
    initialization.generator()->GeneratePrimaries(&event);
    const auto& vertex = *event.GetPrimaryVertex();
    const auto& more = dynamic_cast<NuganVertexInformation&>(*vertex.GetUserInformation());
    for (int i = 0; i < vertex.GetNumberOfParticle(); ++i) {
      const auto& one = *vertex.GetPrimary(i);
      std::printf("%d %d %.17g %.17g %.17g %.17g %.17g %.17g %.17g %.17g %.9g\n", event.GetEventID(),
                  one.GetPDGcode(), one.GetPx(), one.GetPy(), one.GetPz(), vertex.GetX0(), vertex.GetY0(),
                  vertex.GetZ0(), vertex.GetT0(), vertex.GetWeight(), more.event.Ev);
    }
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
