#include "EnergyStage.hpp"

#include <algorithm>
#include <array>

#include "../sampler/run_workers.hpp"

namespace nugan {

namespace {

// A thread is worth its start from some events on
constexpr std::int64_t block = 1 << 16;

// Ev of events from ... to - 1 of a chunk, from the first uniform number of each
template <class Energy>
void draw(const Energy& energy, const Kernels& kernels, Chunk& chunk, std::int64_t from, std::int64_t to) {
  std::array<double, 16 * draw_lanes> uniform;
  for (; from < to; from += std::ssize(uniform)) {
    const auto count = std::min(std::ssize(uniform), to - from);
    kernels.draw({.seed = chunk.seed,
                  .first = static_cast<std::uint64_t>(chunk.first + from),
                  .events = static_cast<int>((count + draw_lanes - 1) / draw_lanes * draw_lanes),
                  .latent_size = 0,
                  .energy = uniform.data(),
                  .azimuth = nullptr,
                  .latent = nullptr,
                  .stride = 0});
    for (std::int64_t i = 0; i < count; ++i)
      chunk.events.Ev[static_cast<std::size_t>(from + i)] =
          static_cast<float>(energy(uniform[static_cast<std::size_t>(i)]));
  }
}

template <class Energy>
void draw(const Energy& energy, const Kernels& kernels, Chunk& chunk, int threads) {
  const std::int64_t tasks = (chunk.size() + block - 1) / block;
  const auto run = [&](std::int64_t task) {
    draw(energy, kernels, chunk, task * block, std::min((task + 1) * block, chunk.size()));
  };
  if (tasks == 1)
    run(0);
  else
    run_workers(threads, tasks, [&] { return run; });
}

}  // namespace

void EnergyStage::operator()(Chunk& chunk) const {
  if (const auto* given = std::get_if<std::span<const double>>(&energies_))
    std::ranges::transform(*given, chunk.events.Ev.begin(),
                           [](double enu) { return static_cast<float>(enu); });
  else if (const auto* range = std::get_if<EnergyRange>(&energies_))
    draw([range](double u) { return range->enu_low + (range->enu_high - range->enu_low) * u; }, kernels_,
         chunk, threads_);
  else
    draw([spectrum = std::get<const EnergySpectrum*>(energies_)](double u) { return spectrum->quantile(u); },
         kernels_, chunk, threads_);
}

}  // namespace nugan
