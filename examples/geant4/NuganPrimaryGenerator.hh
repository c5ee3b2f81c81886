#pragma once

#include <G4VUserPrimaryGeneratorAction.hh>
#include <G4VUserPrimaryVertexInformation.hh>
#include <cstdint>
#include <nugan/Events.hpp>
#include <nugan/Source.hpp>

/// What nugan knows of an interaction beyond its muon, at the primary vertex: GeV, m and s, not Geant4's
/// units.
struct NuganVertexInformation : G4VUserPrimaryVertexInformation {
  explicit NuganVertexInformation(const nugan::Event& interaction) : event(interaction) {}
  void Print() const override;

  nugan::Event event;
};

/// Primary muons of charged-current interactions: one vertex with one muon for each Geant4 event.
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
  int muon_;  // PDG number
  nugan::Events drawn_;
};
