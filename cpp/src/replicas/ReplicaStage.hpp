#pragma once

#include <memory>

#include "../fused/Kernels.hpp"
#include "../stages/Stage.hpp"
#include "ReplicaTable.hpp"

namespace nugan {

class Generator;

/// The weights of replicas, `wght_rep`, of events whose lepton is there: functions of `Ev`, `El` and `thetal`
/// alone.
class ReplicaStage : public Stage {
 public:
  /// @param table    what replicas there are
  /// @param kernels  of this processor
  /// @param mass     of the lepton, GeV
  /// @param threads  that compute
  ReplicaStage(ReplicaTable table, const Kernels& kernels, double mass, int threads)
      : table_(std::move(table)), kernels_(kernels), mass_(mass), threads_(threads) {}

  void operator()(Chunk& chunk) const override;

  std::uint64_t event_bytes() const override { return sizeof(float) * table_.replicas.size(); }

  const Replicas& replicas() const { return table_.replicas; }

 private:
  void fill(Events& events, std::size_t from, std::size_t to) const;

  ReplicaTable table_;
  const Kernels& kernels_;
  double mass_;
  int threads_;
};

/// The stage of the first `count` replicas of a model.
/// @throws Error for a model with fewer or without, a table that is damaged, a count below 1
std::unique_ptr<const ReplicaStage> make_replica_stage(const Generator& generator, int threads,
                                                       std::int64_t count);

}  // namespace nugan
