#include "TileWorker.hpp"

#include <algorithm>
#include <nugan/Error.hpp>

#include "../text/message.hpp"

namespace nugan {

namespace {

// A network that leaves the phase space by more than rounding is broken: its events are never passed on
[[noreturn]] void report_unphysical(const ModelInfo& model, const LeptonColumns& columns) {
  for (int i = 0; i < columns.events; ++i) {
    const float enu = columns.enu[i], emu = columns.emu[i], theta = columns.theta[i];
    if (!is_physical(enu, emu, theta, columns.shift, columns.mass))
      throw Error(message(model.file, ": the network returned emu = ", emu, " GeV, theta = ", theta,
                          " rad for event ", columns.first + i, " at enu = ", enu, " GeV"));
  }
  throw Error(message(model.file, ": the network returned muons outside of the phase space"));
}

}  // namespace

void TileWorker::operator()(std::int64_t number) {
  enter(number);
  draw(generator_.info().latent_size);
  generator_(tile_, rows_);
  fill();
}

void TileWorker::enter(std::int64_t number) {
  const std::int64_t size = generator_.tile_size(), start = number * size;
  low_ = std::max(start, chunk_.first);
  high_ = std::min(start + size, chunk_.first + chunk_.size());
  // LibTorch gives an event the same bits only at the same place of a whole tile
  origin_ = generator_.fused() ? low_ : start;
  rows_ = generator_.fused() ? (high_ - low_ + draw_lanes - 1) / draw_lanes * draw_lanes : size;
}

void TileWorker::draw(int latent_size) {
  generator_.kernels().draw({.seed = chunk_.seed,
                             .first = static_cast<std::uint64_t>(origin_),
                             .events = static_cast<int>(rows_),
                             .latent_size = latent_size,
                             .energy = nullptr,
                             .azimuth = tile_.azimuth.data(),
                             .latent = tile_.latent.get(),
                             .stride = generator_.tile_size()});
  // rows beyond the chunk only fill the tile
  for (std::int64_t row = 0; row < rows_; ++row)
    tile_.enu[row] = chunk_.events.Ev[static_cast<std::size_t>(
        std::clamp<std::int64_t>(origin_ + row, low_, high_ - 1) - chunk_.first)];
}

void TileWorker::fill() {
  const std::int64_t row = low_ - origin_, to = low_ - chunk_.first;
  Events& e = chunk_.events;
  const LeptonColumns columns{.events = static_cast<int>(high_ - low_),
                              .first = low_,
                              .enu = tile_.enu.get() + row,
                              .emu = tile_.emu.get() + row,
                              .theta = tile_.theta.get() + row,
                              .azimuth = tile_.azimuth.data() + row,
                              .shift = generator_.info().shift,
                              .mass = generator_.info().process.lepton_mass(),
                              .iev = e.iev.data() + to,
                              .El = e.El.data() + to,
                              .pxl = e.pxl.data() + to,
                              .pyl = e.pyl.data() + to,
                              .pzl = e.pzl.data() + to,
                              .pl = e.pl.data() + to,
                              .cthl = e.cthl.data() + to,
                              .thetal = e.thetal.data() + to,
                              .phil = e.phil.data() + to,
                              .Q2 = e.Q2.data() + to,
                              .W = e.W.data() + to,
                              .x = e.x.data() + to,
                              .y = e.y.data() + to};
  if (generator_.kernels().lepton_columns(columns) > 0) report_unphysical(generator_.info(), columns);
}

void DeviceWorker::start(std::int64_t number) {
  enter(number);
  draw(0);
  const auto enu = device_tile_.enu();
  std::copy_n(tile_.enu.get(), enu.size(), enu.data());
  device_tile_.start(chunk_.seed, origin_);
}

void DeviceWorker::finish() {
  const auto muons = device_tile_.finish();
  for (std::size_t i = 0; i < muons.size() / 2; ++i) {
    tile_.emu[i] = muons[2 * i];
    tile_.theta[i] = muons[2 * i + 1];
  }
  fill();
}

}  // namespace nugan
