#pragma once

class G4VUserPrimaryVertexInformation {
 public:
  virtual ~G4VUserPrimaryVertexInformation() = default;
  virtual void Print() const = 0;
};
