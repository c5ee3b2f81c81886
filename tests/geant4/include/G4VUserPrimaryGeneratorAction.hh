#pragma once

class G4Event;

class G4VUserPrimaryGeneratorAction {
 public:
  virtual ~G4VUserPrimaryGeneratorAction() = default;
  virtual void GeneratePrimaries(G4Event* event) = 0;
};
