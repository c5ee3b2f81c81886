#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <new>
#include <nugan/Constants.hpp>
#include <nugan/Error.hpp>
#include <nugan/EventRandom.hpp>
#include <nugan/Kinematics.hpp>
#include <nugan/Sampler.hpp>
#include <nugan/find_model.hpp>
#include <numbers>
#include <thread>

#include "TorchModel.hpp"
#include "memory.hpp"
#include "message.hpp"
#include "run_workers.hpp"

namespace nugan {

namespace {

// Events first ... first + n - 1 of a seed; energies from a range, or given one by one
struct Request {
  std::int64_t n;
  std::uint64_t seed;
  std::int64_t first;
  EnergyRange range;
  std::span<const double> enu;

  double energy(std::int64_t event, double uniform) const {
    if (!enu.empty()) return enu[static_cast<std::size_t>(event - first)];
    return range.enu_low + (range.enu_high - range.enu_low) * uniform;
  }
};

void check_memory(std::int64_t n) {
  constexpr std::uint64_t event_bytes = sizeof(std::int32_t) + sizeof(double) + 12 * sizeof(float);
  const std::uint64_t need = static_cast<std::uint64_t>(n) * event_bytes;
  if (need < (std::uint64_t{1} << 28)) return;
  if (const std::uint64_t available = available_memory(); need > available)
    throw Error(message("n = ", n, ": the events take ", need / 1e9, " GB of memory, ", available / 1e9,
                        " GB is available; sample in parts, with first"));
}

Events make_columns(std::int64_t n) {
  check_memory(n);
  const auto size = static_cast<std::size_t>(n);
  Events e;
  e.iev.resize(size);
  e.cthl.resize(size);
  for (auto* column :
       {&e.Ev, &e.El, &e.pxl, &e.pyl, &e.pzl, &e.pl, &e.thetal, &e.phil, &e.Q2, &e.W, &e.x, &e.y})
    column->resize(size);
  return e;
}

// A network that leaves the phase space by more than rounding is broken: its events are never passed on
void check_physical(const ModelInfo& model, std::int64_t number, float enu, float emu, float theta) {
  const double slack = 1e-5 * enu;
  const bool good = emu >= muon_mass - slack && emu <= enu - model.shift + slack && emu < enu && theta >= 0 &&
                    theta <= std::numbers::pi * (1 + 1e-6);
  if (!good)
    throw Error(message(model.file, ": the network returned emu = ", emu, " GeV, theta = ", theta,
                        " rad for event ", number, " at enu = ", enu, " GeV"));
}

void fill_event(Events& e, std::size_t i, std::int64_t number, float enu, float emu, float theta, float phi) {
  const Observables o = observables({enu, emu, theta});
  const double transverse = o.p * std::sin(static_cast<double>(theta));
  const auto f = [](double v) { return static_cast<float>(v); };
  e.iev[i] = static_cast<std::int32_t>(number);
  e.Ev[i] = enu;
  e.El[i] = emu;
  e.pxl[i] = f(transverse * std::cos(static_cast<double>(phi)));
  e.pyl[i] = f(transverse * std::sin(static_cast<double>(phi)));
  e.pzl[i] = f(o.pz);
  e.pl[i] = f(o.p);
  e.cthl[i] = std::cos(static_cast<double>(theta));
  e.thetal[i] = theta;
  e.phil[i] = phi;
  e.Q2[i] = f(o.q2);
  e.W[i] = f(o.w);
  e.x[i] = f(o.x);
  e.y[i] = f(o.y);
}

// One tile at a time: random numbers, network, kinematics
class TileWorker {
 public:
  TileWorker(const TorchModel& model, const Request& request, Events& events)
      : model_(model),
        request_(request),
        events_(events),
        random_(request.seed),
        latent_(static_cast<std::size_t>(model.tile_size() * model.info().latent_size)),
        enu_(static_cast<std::size_t>(model.tile_size())),
        phi_(enu_.size()),
        output_(2 * enu_.size()) {}

  /// @param tile  counted from event 0 of the seed, so that the cuts do not depend on the request
  void operator()(std::int64_t tile) {
    const std::int64_t start = tile * model_.tile_size();
    const std::int64_t low = std::max(start, request_.first);
    const std::int64_t high = std::min(start + model_.tile_size(), request_.first + request_.n);
    draw(start, low, high);
    model_(latent_, enu_, output_);
    for (std::int64_t event = low; event < high; ++event) {
      const auto row = static_cast<std::size_t>(event - start);
      const float emu = output_[2 * row];
      const float theta = output_[2 * row + 1];
      check_physical(model_.info(), event, enu_[row], emu, theta);
      fill_event(events_, static_cast<std::size_t>(event - request_.first), event, enu_[row], emu, theta,
                 phi_[row]);
    }
  }

 private:
  void draw(std::int64_t start, std::int64_t low, std::int64_t high) {
    const auto size = static_cast<std::size_t>(model_.info().latent_size);
    if (high - low < model_.tile_size()) {  // the rest of the tile only fills the matrix
      std::fill(latent_.begin(), latent_.end(), 0.0f);
      std::fill(enu_.begin(), enu_.end(), static_cast<float>(model_.info().enu_max));
    }
    for (std::int64_t event = low; event < high; ++event) {
      const auto row = static_cast<std::size_t>(event - start);
      const auto u = random_(static_cast<std::uint64_t>(event), std::span(latent_).subspan(row * size, size));
      enu_[row] = static_cast<float>(request_.energy(event, u.energy));
      phi_[row] = static_cast<float>(std::numbers::pi * (2 * u.azimuth - 1));
    }
  }

  const TorchModel& model_;
  const Request& request_;
  Events& events_;
  EventRandom random_;
  std::vector<float> latent_, enu_, phi_, output_;
};

void check_numbers(std::int64_t n, std::int64_t first) {
  constexpr std::int64_t last_number = std::numeric_limits<std::int32_t>::max();
  if (n < 1) throw Error(message("n = ", n, ": expected at least 1 event"));
  if (first < 0) throw Error(message("first = ", first, ": expected at least 0"));
  if (first > last_number || n > last_number - first + 1)
    throw Error(message("first = ", first, ", n = ", n, ": event numbers end at ", last_number,
                        "; take another seed for more events"));
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
      : model(find_model(model), config.device), threads(resolve_threads(config.threads)) {
    run_once_alone();
  }

  Events run(const Request& request) const {
    try {
      Events events = make_columns(request.n);
      const std::int64_t first_tile = request.first / model.tile_size();
      const std::int64_t last_tile = (request.first + request.n - 1) / model.tile_size();
      const SerialTorch serial;
      const auto make_worker = [&] {
        serial.enter_worker();
        return [&, worker = TileWorker(model, request, events)](std::int64_t task) mutable {
          worker(first_tile + task);
        };
      };
      run_workers(model.on_cpu() ? threads : 1, last_tile - first_tile + 1, make_worker);
      return events;
    } catch (const std::bad_alloc&) {
      throw Error(message("n = ", request.n, ": not enough memory; sample in parts, with first"));
    }
  }

  TorchModel model;
  int threads;

 private:
  // MKL settles on a kernel for each vector function at its first call, and a second thread that comes at
  // that moment may be given one of 12 bits, for a whole tile (github.com/pytorch/pytorch/issues/188792)
  void run_once_alone() const {
    static std::mutex one_at_a_time;
    const std::scoped_lock lock(one_at_a_time);
    const SerialTorch serial;
    run_workers(1, 1, [&] {
      serial.enter_worker();
      return [&](std::int64_t) {
        const auto rows = static_cast<std::size_t>(model.tile_size());
        const std::vector<float> latent(rows * static_cast<std::size_t>(model.info().latent_size));
        const std::vector<float> enu(rows, static_cast<float>(model.info().enu_max));
        std::vector<float> output(2 * rows);
        model(latent, enu, output);
      };
    });
  }
};

Sampler::Sampler(const std::string& model) : Sampler(model, Config{}) {}

Sampler::Sampler(const std::string& model, const Config& config)
    : impl_(std::make_shared<const Impl>(model, config)) {}

const ModelInfo& Sampler::model() const {
  return impl_->model.info();
}

const std::string& Sampler::device() const {
  return impl_->model.device();
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
  return impl_->run({.n = n, .seed = seed, .first = first, .range = range, .enu = {}});
}

Events Sampler::sample_at(std::span<const double> enu, std::uint64_t seed, std::int64_t first) const {
  const auto n = static_cast<std::int64_t>(enu.size());
  check_numbers(n, first);
  for (const double energy : enu) check_energy(model(), energy);
  return impl_->run({.n = n, .seed = seed, .first = first, .range = {}, .enu = enu});
}

}  // namespace nugan
