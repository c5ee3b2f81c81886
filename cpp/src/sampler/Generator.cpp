#include "Generator.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <mutex>
#include <nugan/Error.hpp>
#include <numbers>
#include <string_view>

#include "../text/message.hpp"
#include "run_workers.hpp"

namespace nugan {

namespace {

// Both backends are compared on so many events. Where the density of a flow is low, rounding to float32 alone
// moves its muon by more than the tolerance, in LibTorch as in the kernel: a few events may differ by more.
constexpr std::int64_t compared_events = 1024;
constexpr std::size_t exempt_events = compared_events / 100;
constexpr double tolerance = 1e-5;
constexpr double largest_difference = 1e-3;

// Difference of two proxies 2 sqrt(1 - x) - 1 or 2 sqrt(x) - 1 given x times a scale as float32, beyond the
// rounding of these numbers, which the root magnifies near the edge of the phase space
double proxy_difference(double a, double b, double root_a, double root_b, double scale) {
  const double rounding = std::numeric_limits<float>::epsilon() * std::max(std::abs(a), std::abs(b));
  const double difference = std::abs(a - b) - rounding;
  if (difference <= 0) return 0;
  return 2 * difference / scale / (root_a + root_b);
}

double deviation(const ModelInfo& model, double enu, double emu_a, double theta_a, double emu_b,
                 double theta_b) {
  const double available = enu - model.shift - model.process.lepton_mass();
  const auto v = [&](double emu) { return std::sqrt(std::max(0.0, (enu - model.shift - emu) / available)); };
  const auto w = [](double theta) { return std::sqrt(std::max(0.0, theta / std::numbers::pi)); };
  if (!std::isfinite(emu_a + theta_a + emu_b + theta_b)) return std::numeric_limits<double>::infinity();
  return std::max(proxy_difference(emu_a, emu_b, v(emu_a), v(emu_b), available),
                  proxy_difference(theta_a, theta_b, w(theta_a), w(theta_b), std::numbers::pi));
}

}  // namespace

Tile::Tile(std::size_t events, std::size_t latent_size, std::size_t scratch_size)
    : latent(aligned_floats(events * latent_size)),
      enu(aligned_floats(events)),
      emu(aligned_floats(events)),
      theta(aligned_floats(events)),
      scratch(aligned_floats(scratch_size)),
      azimuth(events),
      rows(events * latent_size),
      output(2 * events) {}

Generator::Generator(const std::string& file, const std::string& device, const std::string& backend)
    : torch_(file, device), kernels_(choose_kernels()) {
  if (backend != "auto" && backend != "fused" && backend != "torch")
    throw Error(message("backend '", backend, "': expected auto, fused or torch"));
  const std::string reason = fuse();
  if (backend == "torch") fused_.reset();
  if (backend == "fused" && !fused_) throw Error(message(file, ": no fused kernel, ", reason));
}

Tile Generator::make_tile() const {
  return {static_cast<std::size_t>(tile_size()), static_cast<std::size_t>(info().latent_size),
          fused_ ? fused_->scratch_size() : 0};
}

void Generator::operator()(Tile& tile, std::int64_t events) const {
  if (fused_)
    run_fused(tile, events);
  else
    run_torch(tile);
}

void Generator::run_fused(Tile& tile, std::int64_t events) const {
  (*fused_)({.latent = tile.latent.get(),
             .stride = tile_size(),
             .enu = tile.enu.get(),
             .emu = tile.emu.get(),
             .theta = tile.theta.get(),
             .events = static_cast<int>(events),
             .scratch = tile.scratch.get()});
}

void Generator::run_torch(Tile& tile) const {
  const auto events = tile.azimuth.size(), size = static_cast<std::size_t>(info().latent_size);
  for (std::size_t i = 0; i < events; ++i)
    for (std::size_t l = 0; l < size; ++l) tile.rows[i * size + l] = tile.latent[l * events + i];
  torch_(tile.rows, {tile.enu.get(), events}, tile.output);
  for (std::size_t i = 0; i < events; ++i) {
    tile.emu[i] = tile.output[2 * i];
    tile.theta[i] = tile.output[2 * i + 1];
  }
}

// Sets up the fused kernel if it can be had; otherwise says why not
std::string Generator::fuse() {
  // plain C++ is slower than LibTorch: only where it was asked for
  const char* wanted = std::getenv("NUGAN_SIMD");
  const bool vectors = std::string_view(kernels_.name) != "portable" || (wanted && *wanted);
  const auto network = on_cpu() && vectors ? torch_.network() : std::nullopt;
  if (network)
    fused_ = std::make_unique<FusedNetwork>(
        *network, info().latent_size,
        Phase{static_cast<float>(info().enu_min), static_cast<float>(info().enu_max),
              static_cast<float>(info().shift), static_cast<float>(info().process.lepton_mass())},
        kernels_);
  // MKL settles on a kernel for each vector function at its first call, and a second thread that comes at
  // that moment may be given one of 12 bits, for a whole tile (github.com/pytorch/pytorch/issues/188792)
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  const SerialTorch serial;
  std::vector<double> deviations;
  run_workers(1, 1, [&] {
    serial.enter_worker();
    return [&](std::int64_t) {
      Tile tile = make_tile();
      const auto events = tile.azimuth.size();
      std::vector<double> energy(events);
      for (std::int64_t first = 0; first < (fused_ ? compared_events : 1); first += tile_size()) {
        kernels_.draw({.seed = 0,
                       .first = static_cast<std::uint64_t>(first),
                       .events = static_cast<int>(events),
                       .latent_size = info().latent_size,
                       .energy = energy.data(),
                       .azimuth = tile.azimuth.data(),
                       .latent = tile.latent.get(),
                       .stride = tile_size()});
        for (std::size_t i = 0; i < events; ++i)
          tile.enu[i] = static_cast<float>(info().enu_min + (info().enu_max - info().enu_min) * energy[i]);
        run_torch(tile);
        if (!fused_) return;
        run_fused(tile, tile_size());
        for (std::size_t i = 0; i < events; ++i)
          deviations.push_back(deviation(info(), tile.enu[i], tile.emu[i], tile.theta[i], tile.output[2 * i],
                                         tile.output[2 * i + 1]));
      }
    };
  });
  if (!on_cpu()) return "which runs on the CPU only";
  if (!vectors) return "which needs AVX-512 or AVX2";
  if (!fused_) return "which does not know this network";
  std::ranges::sort(deviations, std::greater{});
  if (deviations[exempt_events] > tolerance || deviations.front() > largest_difference) {
    fused_.reset();
    return message("which deviates from LibTorch by ", deviations[exempt_events], " of a proxy in ",
                   exempt_events, " of ", compared_events, " events, by ", deviations.front(), " in one");
  }
  return {};
}

}  // namespace nugan
