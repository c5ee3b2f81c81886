#include "NuganPrimaryGenerator.hh"

#include <G4Event.hh>
#include <G4PrimaryParticle.hh>
#include <G4PrimaryVertex.hh>
#include <G4SystemOfUnits.hh>
#include <G4ios.hh>
#include <globals.hh>
#include <nugan/Error.hpp>
#include <utility>

void NuganVertexInformation::Print() const {
  G4cout << "nugan event " << event.iev << ": E_nu " << event.Ev << " GeV, Q2 " << event.Q2 << " GeV2"
         << G4endl;
}

NuganPrimaryGenerator::NuganPrimaryGenerator(nugan::Source source, std::int64_t first)
    : source_(std::move(source)),
      first_(first),
      muon_(source_.nuclei().front().sampler.model().process.lepton()) {}

void NuganPrimaryGenerator::GeneratePrimaries(G4Event* event) try {
  // threads take turns at the events: each draws them all, which costs a microsecond of each
  constexpr std::int64_t block = 1000;
  const std::int64_t number = first_ + event->GetEventID();
  const std::int64_t begin = number - number % block;
  if (drawn_.iev.empty() || drawn_.iev.front() != begin) drawn_ = source_.draw(begin, block);
  const nugan::Event e = drawn_[static_cast<std::size_t>(number - begin)];
  // both belong to Geant4
  auto* muon = new G4PrimaryParticle(muon_, e.pxl * CLHEP::GeV, e.pyl * CLHEP::GeV, e.pzl * CLHEP::GeV);
  auto* vertex =
      new G4PrimaryVertex(e.vtxx * CLHEP::m, e.vtxy * CLHEP::m, e.vtxz * CLHEP::m, e.vtxt * CLHEP::s);
  vertex->SetPrimary(muon);
  vertex->SetWeight(e.wght);
  vertex->SetUserInformation(new NuganVertexInformation(e));
  event->AddPrimaryVertex(vertex);
} catch (const nugan::Error& error) {
  G4Exception("NuganPrimaryGenerator::GeneratePrimaries", "nugan", FatalException, error.what());
}
