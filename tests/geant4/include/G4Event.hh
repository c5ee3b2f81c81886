#pragma once

#include <memory>

#include "G4PrimaryVertex.hh"

class G4Event {
 public:
  explicit G4Event(G4int number) : number_(number) {}
  G4int GetEventID() const { return number_; }
  void AddPrimaryVertex(G4PrimaryVertex* vertex) { vertex_.reset(vertex); }
  G4PrimaryVertex* GetPrimaryVertex() const { return vertex_.get(); }

 private:
  G4int number_;
  std::unique_ptr<G4PrimaryVertex> vertex_;
};
