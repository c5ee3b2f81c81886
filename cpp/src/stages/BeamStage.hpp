#pragma once

#include <nugan/Beam.hpp>

#include "Stage.hpp"

namespace nugan {

/// Where and when the events happen, and the turn into the detector's frame.
class BeamStage : public Stage {
 public:
  /// @param beam  checked; must outlive the stage
  explicit BeamStage(const Beam& beam) : beam_(beam) {}

  void operator()(Chunk& chunk) const override { beam_.place(chunk.events, chunk.seed, chunk.first); }

 private:
  const Beam& beam_;
};

}  // namespace nugan
