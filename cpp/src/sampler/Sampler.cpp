#include <algorithm>
#include <limits>
#include <new>
#include <nugan/Error.hpp>
#include <nugan/Sampler.hpp>
#include <nugan/find_model.hpp>
#include <thread>

#include "../replicas/ReplicaStage.hpp"
#include "../stages/EnergyStage.hpp"
#include "../stages/model_stages.hpp"
#include "../text/message.hpp"
#include "Generator.hpp"
#include "check_numbers.hpp"
#include "memory.hpp"
#include "run_workers.hpp"

namespace nugan {

namespace {

using Stages = std::vector<std::shared_ptr<const Stage>>;

void check_memory(std::int64_t n, const Stages& stages) {
  std::uint64_t event_bytes = 0;
  for (const auto& stage : stages) event_bytes += stage->event_bytes();
  for_stored_columns([&]<class Values>(const ColumnInfo& info, Values Events::*) {
    if (info.where == Where::drawn) event_bytes += sizeof(typename Values::value_type);
  });
  const std::uint64_t need = static_cast<std::uint64_t>(n) * event_bytes;
  if (need < (std::uint64_t{1} << 28)) return;
  if (const std::uint64_t available = available_memory(); need > available)
    throw Error(message("n = ", n, ": the events take ", static_cast<double>(need) / 1e9, " GB of memory, ",
                        static_cast<double>(available) / 1e9,
                        " GB is available; sample in parts, with first"));
}

Events make_columns(std::int64_t n) {
  const auto size = static_cast<std::size_t>(n);
  Events e;
  const auto for_drawn = [&](const auto& act) {
    for_stored_columns([&](const ColumnInfo& info, auto column) {
      if (info.where == Where::drawn) act(e.*column);
    });
  };
  for_drawn([&](auto& values) { values.reserve(size); });  // what fails does so before memory is touched
  for_drawn([&](auto& values) { values.resize(size); });
  return e;
}

void check_energy(const ModelInfo& model, double enu) {
  if (!(enu >= model.enu_min && enu <= model.enu_max))
    throw Error(message("enu = ", enu, " GeV: outside the range of ", model.name, ", ", model.enu_min, " to ",
                        model.enu_max, " GeV"));
}

int resolve_threads(int threads) {
  if (threads < 0) throw Error(message("threads = ", threads, ": expected at least 0"));
  return threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace

class Sampler::Impl {
 public:
  Impl(const std::string& model, const Config& config)
      : generator(std::make_shared<const Generator>(find_model(model), config.device, config.backend)),
        threads(resolve_threads(config.threads)),
        hadrons(generator->info().hadrons && !config.lepton_only) {
    for (auto& stage : model_stages(*generator, threads, config.lepton_only))
      stages_.push_back(std::move(stage));
  }

  // With one more stage
  Impl(const Impl& plain, std::shared_ptr<const ReplicaStage> stage)
      : generator(plain.generator),
        threads(plain.threads),
        hadrons(plain.hadrons),
        replicas(stage->replicas()),
        stages_(plain.stages_) {
    stages_.push_back(std::move(stage));
  }

  Events sample(const EnergyStage::Energies& energies, std::int64_t n, std::uint64_t seed,
                std::int64_t first) const {
    check_memory(n, stages_);
    try {
      Chunk chunk{.seed = seed, .first = first, .events = make_columns(n)};
      EnergyStage(energies, generator->kernels(), threads)(chunk);
      for (const auto& stage : stages_) (*stage)(chunk);
      return std::move(chunk.events);
    } catch (const std::bad_alloc&) {
      throw Error(message("n = ", n, ": not enough memory; sample in parts, with first"));
    }
  }

  std::shared_ptr<const Generator> generator;
  int threads;
  bool hadrons;
  Replicas replicas{};

 private:
  Stages stages_{};
};

Sampler::Sampler(const std::string& model) : Sampler(model, Config{}) {}

Sampler::Sampler(const std::string& model, const Config& config)
    : impl_(std::make_shared<const Impl>(model, config)) {}

const ModelInfo& Sampler::model() const {
  return impl_->generator->info();
}

const std::string& Sampler::device() const {
  return impl_->generator->device();
}

std::string Sampler::backend() const {
  return impl_->generator->backend();
}

bool Sampler::hadrons() const {
  return impl_->hadrons;
}

Sampler Sampler::with_replicas(std::int64_t count) const {
  // those of a table before would come twice
  if (!impl_->replicas.empty()) throw Error("replicas: this sampler has some already, expected one without");
  return Sampler(
      std::make_shared<const Impl>(*impl_, make_replica_stage(*impl_->generator, impl_->threads, count)));
}

const Replicas& Sampler::replicas() const {
  return impl_->replicas;
}

int Sampler::threads() const {
  return impl_->threads;
}

Events Sampler::sample(EnergyRange range, std::int64_t n, std::uint64_t seed, std::int64_t first) const {
  check_numbers(n, first);
  check_energy(model(), range.enu_low);
  check_energy(model(), range.enu_high);
  if (range.enu_low > range.enu_high)
    throw Error(message("energies ", range.enu_low, " to ", range.enu_high, " GeV: expected low <= high"));
  return impl_->sample(range, n, seed, first);
}

Events Sampler::sample(const EnergySpectrum& spectrum, std::int64_t n, std::uint64_t seed,
                       std::int64_t first) const {
  check_numbers(n, first);
  check_energy(model(), spectrum.low());
  check_energy(model(), spectrum.high());
  return impl_->sample(&spectrum, n, seed, first);
}

Events Sampler::sample_at(std::span<const double> enu, std::uint64_t seed, std::int64_t first) const {
  const auto n = static_cast<std::int64_t>(enu.size());
  check_numbers(n, first);
  for (const double energy : enu) check_energy(model(), energy);
  return impl_->sample(enu, n, seed, first);
}

Events Sampler::sample(const Flux& flux, std::int64_t n, std::uint64_t seed, std::int64_t first) const {
  return sample(rate_spectrum(flux, model()), n, seed, first);
}

EventLoop Sampler::events(std::int64_t n, std::uint64_t seed) const {
  return events(EnergyRange{.enu_low = model().enu_min, .enu_high = model().enu_max}, n, seed);
}

EventLoop Sampler::events(EnergyRange range, std::int64_t n, std::uint64_t seed) const {
  const auto draw = [copy = *this, range, seed](std::int64_t first, std::int64_t size) {
    return copy.sample(range, size, seed, first);
  };
  check_numbers(n, 0);
  return {draw, n};
}

EventLoop Sampler::events(const EnergySpectrum& spectrum, std::int64_t n, std::uint64_t seed) const {
  const auto draw = [copy = *this, spectrum, seed](std::int64_t first, std::int64_t size) {
    return copy.sample(spectrum, size, seed, first);
  };
  check_numbers(n, 0);
  return {draw, n};
}

EventLoop Sampler::events(const Flux& flux, std::int64_t n, std::uint64_t seed) const {
  return events(rate_spectrum(flux, model()), n, seed);
}

std::vector<float> Sampler::generate(std::span<const float> latent, std::span<const float> enu) const {
  const Generator& generator = *impl_->generator;
  const auto latent_size = static_cast<std::size_t>(model().latent_size);
  if (latent.size() != enu.size() * latent_size)
    throw Error(message("latents: ", latent.size(), " numbers for ", enu.size(), " energies: expected ",
                        latent_size, " each"));
  // float32 numbers may lie half a unit in the last place beyond the ends of the range
  const auto low = static_cast<float>(model().enu_min), high = static_cast<float>(model().enu_max);
  for (const float energy : enu)
    if (!(energy >= low && energy <= high)) check_energy(model(), energy);
  std::vector<float> muons(2 * enu.size());
  const SerialTorch serial;
  run_workers(1, 1, [&] {
    serial.enter_worker();
    return [&](std::int64_t) {
      Tile tile = generator.make_tile();
      const auto size = static_cast<std::size_t>(generator.tile_size());
      for (std::size_t start = 0; start < enu.size(); start += size) {
        for (std::size_t row = 0; row < size; ++row) {
          const std::size_t event = std::min(start + row, enu.size() - 1);
          tile.enu[row] = enu[event];
          for (std::size_t l = 0; l < latent_size; ++l)
            tile.latent[l * size + row] = latent[event * latent_size + l];
        }
        generator(tile, generator.tile_size());
        for (std::size_t row = 0; row < size && start + row < enu.size(); ++row) {
          muons[2 * (start + row)] = tile.emu[row];
          muons[2 * (start + row) + 1] = tile.theta[row];
        }
      }
    };
  });
  return muons;
}

}  // namespace nugan
