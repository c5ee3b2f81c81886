#pragma once

#include "../sampler/Generator.hpp"
#include "Stage.hpp"

namespace nugan {

/// The charged lepton, from the networks of a model: the columns that every event has, given `Ev`.
class LeptonStage : public Stage {
 public:
  /// @param generator  must outlive the stage
  LeptonStage(const Generator& generator, int threads) : generator_(generator), threads_(threads) {}

  void operator()(Chunk& chunk) const override;

 private:
  void run_on_device(Chunk& chunk, std::int64_t first_tile, std::int64_t last_tile) const;

  const Generator& generator_;
  int threads_;
};

}  // namespace nugan
