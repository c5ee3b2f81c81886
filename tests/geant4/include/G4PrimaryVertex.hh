#pragma once

#include <memory>
#include <vector>

#include "G4PrimaryParticle.hh"
#include "G4VUserPrimaryVertexInformation.hh"

class G4PrimaryVertex {
 public:
  G4PrimaryVertex(G4double x0, G4double y0, G4double z0, G4double t0) : x_(x0), y_(y0), z_(z0), t_(t0) {}
  void SetPrimary(G4PrimaryParticle* particle) { particles_.emplace_back(particle); }
  G4int GetNumberOfParticle() const { return static_cast<G4int>(particles_.size()); }
  G4PrimaryParticle* GetPrimary(G4int i = 0) const {
    return particles_.at(static_cast<std::size_t>(i)).get();
  }
  void SetWeight(G4double w) { weight_ = w; }
  void SetUserInformation(G4VUserPrimaryVertexInformation* information) { information_.reset(information); }
  G4VUserPrimaryVertexInformation* GetUserInformation() const { return information_.get(); }
  G4double GetX0() const { return x_; }
  G4double GetY0() const { return y_; }
  G4double GetZ0() const { return z_; }
  G4double GetT0() const { return t_; }
  G4double GetWeight() const { return weight_; }

 private:
  G4double x_, y_, z_, t_, weight_ = 1;
  std::vector<std::unique_ptr<G4PrimaryParticle>> particles_;
  std::unique_ptr<G4VUserPrimaryVertexInformation> information_;
};
