#include "HadronStage.hpp"

#include <algorithm>

#include "../sampler/Generator.hpp"
#include "../sampler/run_workers.hpp"
#include "HadronWorker.hpp"
#include "JoinedParticles.hpp"

namespace nugan {

namespace {

class HadronStage : public Stage {
 public:
  HadronStage(HadronNetworks networks, const Generator& generator, int threads)
      : networks_(std::move(networks), generator.kernels()), model_(generator.info()), threads_(threads) {}

  void operator()(Chunk& chunk) const override {
    Events& events = chunk.events;
    events.mode.resize(events.size());
    const std::int64_t size = chunk.size();
    const std::int64_t tasks = (size + HadronWorker::block - 1) / HadronWorker::block;
    JoinedParticles joined(static_cast<std::size_t>(tasks), events.size());
    run_workers(threads_, tasks, [&] {
      return [&, worker = std::make_unique<HadronWorker>(networks_, model_.process, model_.file, chunk.seed)](
                 std::int64_t task) {
        const std::int64_t from = task * HadronWorker::block, to = std::min(from + HadronWorker::block, size);
        Particles particles = joined.take();
        (*worker)(events, static_cast<std::size_t>(from), static_cast<std::size_t>(to), particles);
        joined.put(static_cast<std::size_t>(task), std::move(particles));
      };
    });
    events.particles = joined.result();
  }

  std::uint64_t event_bytes() const override { return 400; }

 private:
  PackedHadrons networks_;
  const ModelInfo& model_;
  int threads_;
};

}  // namespace

std::unique_ptr<const Stage> make_hadron_stage(const Generator& generator, int threads) {
  const auto tensors = generator.torch().tensors(hadrons_module);
  if (!tensors) return nullptr;
  const ModelInfo& model = generator.info();
  return std::make_unique<HadronStage>(read_hadrons(model.file, *tensors, model.metadata), generator,
                                       threads);
}

}  // namespace nugan
