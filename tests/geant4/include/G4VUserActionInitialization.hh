#pragma once

#include <memory>

#include "G4VUserPrimaryGeneratorAction.hh"

class G4VUserActionInitialization {
 public:
  virtual ~G4VUserActionInitialization() = default;
  virtual void Build() const = 0;
  G4VUserPrimaryGeneratorAction* generator() const { return generator_.get(); }  // not Geant4's

 protected:
  void SetUserAction(G4VUserPrimaryGeneratorAction* action) const { generator_.reset(action); }

 private:
  mutable std::unique_ptr<G4VUserPrimaryGeneratorAction> generator_;
};
