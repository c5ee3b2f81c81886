#include "ReplicaStage.hpp"

#include <algorithm>
#include <cmath>
#include <nugan/Error.hpp>
#include <nugan/Kinematics.hpp>

#include "../sampler/Generator.hpp"
#include "../sampler/run_workers.hpp"
#include "../text/message.hpp"

namespace nugan {

namespace {

constexpr std::int64_t events_of_task = 4096;

// The cell of a point, with what its eight corners count; beyond the grid the point is on its edge
Corners corners(const ReplicaBlock& block, const std::array<double, 3>& point) {
  std::int64_t node[3][2];
  float share[3][2];
  for (std::size_t d = 0; d < 3; ++d) {
    const std::int64_t last = block.size[d] - 1;
    const double place =
        std::clamp((point[d] - block.low[d]) / block.step[d], 0.0, static_cast<double>(last));
    node[d][0] = static_cast<std::int64_t>(place);
    node[d][1] = std::min(node[d][0] + 1, last);
    share[d][1] = static_cast<float>(place - static_cast<double>(node[d][0]));
    share[d][0] = 1 - share[d][1];
  }
  Corners found;
  for (std::size_t c = 0; c < 8; ++c) {
    const std::size_t i = c >> 2, j = c >> 1 & 1, k = c & 1;
    const auto at = (node[0][i] * block.size[1] + node[1][j]) * block.size[2] + node[2][k];
    found.row[c] = block.values.get() + at * block.stride;
    found.share[c] = share[0][i] * share[1][j] * share[2][k];
  }
  return found;
}

}  // namespace

void ReplicaStage::operator()(Chunk& chunk) const {
  Events& events = chunk.events;
  events.wght_rep.resize(events.size() * table_.replicas.size());
  const std::int64_t size = chunk.size();
  run_workers(threads_, (size + events_of_task - 1) / events_of_task, [&] {
    return [&](std::int64_t task) {
      const std::int64_t from = task * events_of_task, to = std::min(from + events_of_task, size);
      fill(events, static_cast<std::size_t>(from), static_cast<std::size_t>(to));
    };
  });
}

void ReplicaStage::fill(Events& events, std::size_t from, std::size_t to) const {
  int widest = 0;
  for (const auto& block : table_.blocks) widest = std::max(widest, block.stride);
  const auto row = aligned_floats(static_cast<std::size_t>(widest));
  float* weights = events.wght_rep.data() + from * table_.replicas.size();
  for (std::size_t i = from; i < to; ++i) {
    const Kinematics event{events.Ev[i], events.El[i], events.thetal[i]};
    const auto point = smooth_coordinates(event, mass_);
    for (const auto& block : table_.blocks) {
      kernels_.weights(corners(block, point), block.stride, row.get());
      weights = std::copy_n(row.get(), block.count, weights);
    }
  }
}

std::unique_ptr<const ReplicaStage> make_replica_stage(const Generator& generator, int threads,
                                                       std::int64_t count) {
  const ModelInfo& model = generator.info();
  if (count < 1) throw Error(message("replicas = ", count, ": expected at least 1"));
  const auto tensors = generator.torch().tensors(replicas_module);
  if (!tensors)
    throw Error(
        message(model.file, " has no replicas, expected a model that python -m nugan_hep.replicas wrote"));
  return std::make_unique<ReplicaStage>(read_replicas(model.file, *tensors, model.metadata, count),
                                        generator.kernels(), model.process.lepton_mass(), threads);
}

}  // namespace nugan
