// The second stage: missing energy and momentum, which fix energy and momentum of all hadrons together.

#include <algorithm>
#include <cmath>

#include "HadronWorker.hpp"
#include "hadron_draws.hpp"

namespace nugan {

void HadronWorker::draw_remnants(int mode, const int* rows, int count) {
  const PackedChain& chain = net_.remnants[static_cast<std::size_t>(mode)];
  const double centre = net_.tables().centre[static_cast<std::size_t>(mode)],
               breadth = net_.tables().width[static_cast<std::size_t>(mode)];
  const int width = chain.second.outputs;
  float* const hidden = hidden_.get();
  const auto event = [&](int lane) -> Drawn& { return drawn_[static_cast<std::size_t>(rows[lane])]; };
  const auto draw = [&](std::size_t variable, int use) {
    for (int lane = 0; lane < count; ++lane)
      uniform_[static_cast<std::size_t>(lane)] = static_cast<float>(uniform(event(lane), use));
    draw_variable(chain, variable, count);
  };
  const auto unit = [&](int lane) -> double { return unit_[static_cast<std::size_t>(lane)]; };
  std::array<double, most_lanes> most{}, r{}, square{};

  for (int lane = 0; lane < count; ++lane) {
    const Drawn& e = event(lane);
    const double largest = e.available - e.masses;
    Column put = column(inputs_.get(), lane);
    put_lepton(put, e);
    put_counts(put, e);
    put(largest);
    put(largest / 0.1);
  }
  begin_chain(chain, count);
  draw(0, use_missing_energy);
  std::array<cube::Bounds, most_lanes> bounds{};
  std::vector<cube::Square> squares(static_cast<std::size_t>(count), {0, 0, 0});
  for (int lane = 0; lane < count; ++lane) {
    const auto at = static_cast<std::size_t>(lane);
    Drawn& e = event(lane);
    const double missing = cube::missing_energy(unit(lane), e.available - e.masses, centre, breadth);
    e.missing = missing;
    e.energy = e.available - missing;
    most[at] = std::sqrt(cube::positive((e.energy - e.masses) * (e.energy + e.masses)));
    const double gap = e.q - most[at];
    bounds[at] = {e.n == 1 ? std::abs(gap) : cube::positive(gap), e.q + most[at]};
    Column put = column(hidden, lane, width);
    put((missing - 0.01) / 0.01);
    put((missing - 0.03) / 0.02);
    put((missing - 0.06) / 0.04);
    put(missing / 0.3);
    put(unit(lane));
  }
  know(chain, 0, 5, count);
  draw(1, use_missing_momentum);
  for (int lane = 0; lane < count; ++lane) {
    const auto at = static_cast<std::size_t>(lane);
    const Drawn& e = event(lane);
    r[at] = cube::missing_momentum(unit(lane), bounds[at].low, bounds[at].high);
    Column put = column(hidden, lane, width + 5);
    put(r[at]);
    put(r[at]);
    put(r[at] / 0.05);
    put((r[at] - 0.22) / 0.05);
    put(bounds[at].low);
    // masses that the hadrons may have, and where two of them lie
    const double lower = (e.q - r[at]) * (e.q - r[at]), side = std::min(e.q + r[at], most[at]);
    const double upper = std::max(side * side, lower), energy2 = e.energy * e.energy;
    squares[at] = cube::Square(e.energy, lower, upper);
    put(std::min(std::sqrt(cube::positive(energy2 - lower)), 4.0));
    put(std::min(std::sqrt(cube::positive(energy2 - upper)), 4.0));
    put(std::clamp(squares[at].place(cube::delta_mass), -1.0, 2.0));
    put(std::clamp(squares[at].place(1.6), -1.0, 2.0));
  }
  know(chain, 5, 9, count);
  draw(2, use_square);
  for (int lane = 0; lane < count; ++lane) {
    const auto at = static_cast<std::size_t>(lane);
    const Drawn& e = event(lane);
    square[at] = e.n == 1 ? most[at] * most[at] : squares[at](unit(lane));
    Column put = column(hidden, lane, width + 14);
    put(e.n == 1 ? 0 : unit(lane));
    put(square[at]);
    put(square[at]);
  }
  know(chain, 14, 3, count);
  draw(3, use_azimuth);
  for (int lane = 0; lane < count; ++lane) {
    const auto at = static_cast<std::size_t>(lane);
    Drawn& e = event(lane);
    e.total = cube::hadron_momentum(e.q, r[at], square[at], two_pi * (unit(lane) - 0.5));
    e.left = e.total;
    wait_for_step(rows[lane]);
  }
}

}  // namespace nugan
