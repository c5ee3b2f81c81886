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
      lepton_(source_.nuclei().front().sampler.model().process.lepton()) {}

void NuganPrimaryGenerator::GeneratePrimaries(G4Event* event) try {
  // threads take turns at the events: each draws them all, which costs microseconds of each
  constexpr std::int64_t block = 1000;
  const std::int64_t number = first_ + event->GetEventID();
  const std::int64_t begin = number - number % block;
  if (drawn_.iev.empty() || drawn_.iev.front() != begin) drawn_ = source_.draw(begin, block);
  const nugan::Event e = drawn_[static_cast<std::size_t>(number - begin)];
  // all belong to Geant4
  auto* vertex =
      new G4PrimaryVertex(e.vtxx * CLHEP::m, e.vtxy * CLHEP::m, e.vtxz * CLHEP::m, e.vtxt * CLHEP::s);
  const auto add = [vertex](int pdg, double px, double py, double pz) {
    vertex->SetPrimary(new G4PrimaryParticle(pdg, px * CLHEP::GeV, py * CLHEP::GeV, pz * CLHEP::GeV));
  };
  if (drawn_.particles.empty()) add(lepton_, e.pxl, e.pyl, e.pzl);
  for (const nugan::Particle& p : e.particles())
    if (p.status == nugan::Particle::final) add(p.pdg, p.px, p.py, p.pz);
  vertex->SetWeight(e.wght);
  vertex->SetUserInformation(new NuganVertexInformation(e));
  event->AddPrimaryVertex(vertex);
} catch (const nugan::Error& error) {
  G4Exception("NuganPrimaryGenerator::GeneratePrimaries", "nugan", FatalException, error.what());
}
