#include "LeptonStage.hpp"

#include "../sampler/TileWorker.hpp"
#include "../sampler/run_workers.hpp"

namespace nugan {

void LeptonStage::operator()(Chunk& chunk) const {
  const std::int64_t first_tile = chunk.first / generator_.tile_size();
  const std::int64_t last_tile = (chunk.first + chunk.size() - 1) / generator_.tile_size();
  const SerialTorch serial;
  if (!generator_.on_cpu()) {
    run_on_device(chunk, first_tile, last_tile);
    return;
  }
  run_workers(threads_, last_tile - first_tile + 1, [&] {
    serial.enter_worker();
    return
        [&, worker = TileWorker(generator_, chunk)](std::int64_t task) mutable { worker(first_tile + task); };
  });
}

// The device computes a tile while the host makes events of the one before
void LeptonStage::run_on_device(Chunk& chunk, std::int64_t first_tile, std::int64_t last_tile) const {
  DeviceWorker workers[2] = {DeviceWorker(generator_, chunk), DeviceWorker(generator_, chunk)};
  for (std::int64_t tile = first_tile; tile <= last_tile + 1; ++tile) {
    if (tile <= last_tile) workers[tile % 2].start(tile);
    if (tile > first_tile) workers[(tile - 1) % 2].finish();
  }
}

}  // namespace nugan
