#pragma once

#include <G4VUserPrimaryGeneratorAction.hh>
#include <G4VUserPrimaryVertexInformation.hh>
#include <cstdint>
#include <nugan/Events.hpp>
#include <nugan/Source.hpp>

/// What nugan knows of an interaction, at the primary vertex: GeV, m and s, not Geant4's units. The event's
/// list of particles is empty here.
struct NuganVertexInformation : G4VUserPrimaryVertexInformation {
  explicit NuganVertexInformation(const nugan::Event& interaction) : event(interaction) { event.own = {}; }
  void Print() const override;

  nugan::Event event;
};

/// Primaries of charged-current interactions: one vertex for each Geant4 event, with the lepton and, of
/// models that have them, the hadrons that leave the nucleus.
///
/// Geant4's event k is event first + k of the source, whatever the thread that simulates it. Each thread
/// needs a generator, and with it a copy of the source; the copies share the network.
class NuganPrimaryGenerator : public G4VUserPrimaryGeneratorAction {
 public:
  explicit NuganPrimaryGenerator(nugan::Source source, std::int64_t first = 0);
  void GeneratePrimaries(G4Event* event) override;

 private:
  nugan::Source source_;
  std::int64_t first_;
  int lepton_;  // PDG number
  nugan::Events drawn_;
};
