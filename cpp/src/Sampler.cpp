#include <algorithm>
#include <limits>
#include <new>
#include <nugan/Error.hpp>
#include <nugan/Sampler.hpp>
#include <nugan/find_model.hpp>
#include <thread>

#include "Generator.hpp"
#include "TileWorker.hpp"
#include "check_numbers.hpp"
#include "hadrons/HadronWorker.hpp"
#include "hadrons/JoinedParticles.hpp"
#include "memory.hpp"
#include "message.hpp"
#include "run_workers.hpp"

namespace nugan {

namespace {

// Bytes that the particles of an event take, as a rule
constexpr std::uint64_t particle_bytes = 400;

void check_memory(std::int64_t n, bool hadrons) {
  std::uint64_t event_bytes = hadrons ? particle_bytes : 0;
  for_stored_columns([&]<class Values>(const ColumnInfo& info, Values Events::*) {
    if (info.where == Where::drawn) event_bytes += sizeof(typename Values::value_type);
  });
  const std::uint64_t need = static_cast<std::uint64_t>(n) * event_bytes;
  if (need < (std::uint64_t{1} << 28)) return;
  if (const std::uint64_t available = available_memory(); need > available)
    throw Error(message("n = ", n, ": the events take ", need / 1e9, " GB of memory, ", available / 1e9,
                        " GB is available; sample in parts, with first"));
}

Events make_columns(std::int64_t n, bool hadrons) {
  check_memory(n, hadrons);
  const auto size = static_cast<std::size_t>(n);
  Events e;
  const auto for_drawn = [&](const auto& act) {
    for_stored_columns([&](const ColumnInfo& info, auto column) {
      if (info.where == Where::drawn) act(e.*column);
    });
  };
  for_drawn([&](auto& values) { values.reserve(size); });  // what fails does so before memory is touched
  for_drawn([&](auto& values) { values.resize(size); });
  if (hadrons) e.mode.resize(size);
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
      : generator(find_model(model), config.device, config.backend),
        threads(resolve_threads(config.threads)) {
    if (config.lepton_only) return;
    if (const auto tensors = generator.torch().hadrons())
      hadrons = std::make_unique<const PackedHadrons>(
          read_hadrons(generator.info().file, *tensors, generator.info().metadata), generator.stages());
  }

  Events run(const Request& request) const {
    try {
      Events events = draw_leptons(request);
      if (hadrons) add_hadrons(events, request.seed);
      return events;
    } catch (const std::bad_alloc&) {
      throw Error(message("n = ", request.n, ": not enough memory; sample in parts, with first"));
    }
  }

  Generator generator;
  std::unique_ptr<const PackedHadrons> hadrons;  ///< where the events have them
  int threads;

 private:
  Events draw_leptons(const Request& request) const {
    Events events = make_columns(request.n, hadrons != nullptr);
    const std::int64_t first_tile = request.first / generator.tile_size();
    const std::int64_t last_tile = (request.first + request.n - 1) / generator.tile_size();
    const SerialTorch serial;
    if (!generator.on_cpu()) {
      run_on_device(request, first_tile, last_tile, events);
      return events;
    }
    const auto make_worker = [&] {
      serial.enter_worker();
      return [&, worker = TileWorker(generator, request, events)](std::int64_t task) mutable {
        worker(first_tile + task);
      };
    };
    run_workers(threads, last_tile - first_tile + 1, make_worker);
    return events;
  }

  void add_hadrons(Events& events, std::uint64_t seed) const {
    const auto size = static_cast<std::int64_t>(events.size());
    const std::int64_t tasks = (size + HadronWorker::block - 1) / HadronWorker::block;
    JoinedParticles joined(static_cast<std::size_t>(tasks), events.size());
    const ModelInfo& model = generator.info();
    const auto make_worker = [&] {
      return [&, worker = std::make_unique<HadronWorker>(*hadrons, model.process, model.file, seed)](
                 std::int64_t task) {
        const std::int64_t from = task * HadronWorker::block, to = std::min(from + HadronWorker::block, size);
        Particles particles = joined.take();
        (*worker)(events, static_cast<std::size_t>(from), static_cast<std::size_t>(to), particles);
        joined.put(static_cast<std::size_t>(task), std::move(particles));
      };
    };
    run_workers(threads, tasks, make_worker);
    events.particles = joined.result();
  }

  // The device computes a tile while the host makes events of the one before
  void run_on_device(const Request& request, std::int64_t first_tile, std::int64_t last_tile,
                     Events& events) const {
    DeviceWorker workers[2] = {DeviceWorker(generator, request, events),
                               DeviceWorker(generator, request, events)};
    for (std::int64_t tile = first_tile; tile <= last_tile + 1; ++tile) {
      if (tile <= last_tile) workers[tile % 2].start(tile);
      if (tile > first_tile) workers[(tile - 1) % 2].finish();
    }
  }
};

Sampler::Sampler(const std::string& model) : Sampler(model, Config{}) {}

Sampler::Sampler(const std::string& model, const Config& config)
    : impl_(std::make_shared<const Impl>(model, config)) {}

const ModelInfo& Sampler::model() const {
  return impl_->generator.info();
}

const std::string& Sampler::device() const {
  return impl_->generator.device();
}

std::string Sampler::backend() const {
  return impl_->generator.backend();
}

bool Sampler::hadrons() const {
  return impl_->hadrons != nullptr;
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
  return impl_->run({.n = n, .seed = seed, .first = first, .range = range, .spectrum = nullptr, .enu = {}});
}

Events Sampler::sample(const EnergySpectrum& spectrum, std::int64_t n, std::uint64_t seed,
                       std::int64_t first) const {
  check_numbers(n, first);
  check_energy(model(), spectrum.low());
  check_energy(model(), spectrum.high());
  return impl_->run({.n = n, .seed = seed, .first = first, .range = {}, .spectrum = &spectrum, .enu = {}});
}

Events Sampler::sample_at(std::span<const double> enu, std::uint64_t seed, std::int64_t first) const {
  const auto n = static_cast<std::int64_t>(enu.size());
  check_numbers(n, first);
  for (const double energy : enu) check_energy(model(), energy);
  return impl_->run({.n = n, .seed = seed, .first = first, .range = {}, .spectrum = nullptr, .enu = enu});
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
  const Generator& generator = impl_->generator;
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
