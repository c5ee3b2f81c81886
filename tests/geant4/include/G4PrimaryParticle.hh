#pragma once

#include "globals.hh"

class G4PrimaryParticle {
 public:
  G4PrimaryParticle(G4int Pcode, G4double px, G4double py, G4double pz)
      : code_(Pcode), px_(px), py_(py), pz_(pz) {}
  G4int GetPDGcode() const { return code_; }
  G4double GetPx() const { return px_; }
  G4double GetPy() const { return py_; }
  G4double GetPz() const { return pz_; }

 private:
  G4int code_;
  G4double px_, py_, pz_;
};
