// The third stage: one hadron after another out of what is left.

#include <algorithm>
#include <cmath>

#include "HadronWorker.hpp"
#include "hadron_draws.hpp"

namespace nugan {

using cube::Vector;

void HadronWorker::draw_steps(int number, const int* rows, int count) {
  struct Lane {
    Drawn* event;
    std::size_t place;
    int kind;
    cube::Left left;
    cube::Bounds bounds;
    std::array<Vector, 3> axes;
    double t, p, most, y;
  };
  std::array<Lane, most_lanes> lane_states;
  const PackedChain& chain = net_.steps[static_cast<std::size_t>(number)];
  const bool pair = number % 2 == 1;
  const int width = chain.second.outputs;
  float* const hidden = hidden_.get();
  const auto draw = [&](std::size_t variable) {
    for (int lane = 0; lane < count; ++lane) {
      Drawn& e = *lane_states[static_cast<std::size_t>(lane)].event;
      uniform_[static_cast<std::size_t>(lane)] =
          static_cast<float>(uniform(e, use_step + 3 * e.next + static_cast<int>(variable)));
    }
    draw_variable(chain, variable, count);
  };
  const auto unit = [&](int lane) -> double { return unit_[static_cast<std::size_t>(lane)]; };

  for (int lane = 0; lane < count; ++lane) {
    Drawn& e = drawn_[static_cast<std::size_t>(rows[lane])];
    Lane& s = lane_states[static_cast<std::size_t>(lane)];
    s.event = &e;
    s.place = e.first + static_cast<std::size_t>(e.next);
    s.kind = kind_[s.place];
    const double m = mass_[s.place];
    e.rest -= m;
    const int others = e.n - e.next - 1;
    const bool alike = e.next > 0 && kind_[s.place - 1] == s.kind && mass_[s.place - 1] == m;
    s.left = {.energy = e.energy,
              .momentum = cube::size(e.left),
              .mass = m,
              .rest = others == 1 ? mass_[s.place + 1] : e.rest,
              .others = others,
              .same = s.kind > 0 && e.remaining[static_cast<std::size_t>(s.kind)] == others + 1,
              .before = alike ? std::sqrt(cube::dot(e.previous, e.previous) + m * m) : infinite};
    s.bounds = cube::kinetic_bounds(s.left);
    s.axes = cube::local_axes(e.left);
    const double momentum = s.left.momentum, energy = e.energy, rest = s.left.rest;
    const double above = std::sqrt(cube::positive(energy * energy - momentum * momentum)) - m - rest;
    Column put = column(inputs_.get(), lane);
    put(energy - m - rest);
    put(momentum);
    put(momentum);
    put(above);
    put(above / 0.15);
    put(momentum / std::max(energy, 1e-9));
    put(s.bounds.low);
    put(s.bounds.high);
    put(s.bounds.high - s.bounds.low);
    put(m);
    put(e.omega);
    put(e.q);
    put(e.q2);
    put(e.enu);
    put(e.missing / 0.05);
    put(e.missing / 0.2);
    put(cube::size(e.previous));
    put(cube::size(e.earlier));
    const Vector transfer{0, 0, e.q}, across{e.across, 0, 0};
    for (const Vector& v : {transfer, cube::minus(transfer, e.total), across, e.previous, e.earlier}) {
      const double scale = 1 / (cube::size(v) + 0.3);
      for (const Vector& axis : s.axes) put(cube::dot(v, axis) * scale);
    }
    for (int mode = 0; mode < hadron_modes; ++mode) put(mode == e.mode);
    for (const int n : e.counts) put(share_of(n));
    for (const int n : e.remaining) put(share_of(n));
    for (const int n : e.remaining) put(n == 1);
    for (int kind = 0; kind <= counted_species; ++kind) put(kind == s.kind);
  }
  begin_chain(chain, count);
  draw(0);
  for (int lane = 0; lane < count; ++lane) {
    Lane& s = lane_states[static_cast<std::size_t>(lane)];
    s.t = cube::kinetic(unit(lane), s.left, s.bounds);
    s.p = std::sqrt(s.t * (s.t + 2 * s.left.mass));
    s.most = cube::opening_bound(s.p, s.t, s.left);
    Column put = column(hidden, lane, width);
    put(unit(lane));
    put(s.p);
    put(s.p);
    put(s.t);
    put(s.most);
    put(s.most);
    put(s.left.energy - s.left.mass - s.left.rest - s.t);
  }
  know(chain, 0, 7, count);
  if (!pair) draw(1);
  for (int lane = 0; lane < count; ++lane) {
    Lane& s = lane_states[static_cast<std::size_t>(lane)];
    const double angle = pair ? 0 : unit(lane);
    s.y = pair ? s.most : cube::opening(angle, s.p, s.most);
    const double across = s.p * std::sqrt(cube::positive(s.y * (2 - s.y))), p = s.left.momentum;
    const double rest = std::sqrt(cube::positive((p - s.p) * (p - s.p) + 2 * p * s.p * s.y));
    Column put = column(hidden, lane, width + 7);
    put(angle);
    put(s.y);
    put(across);
    put(across);
    put(rest);
    put(rest);
    // the mass together with the hadron before: middle - swing cos(phi - phi of that one)
    const Vector& before = s.event->previous;
    const double m = s.left.mass, other = s.event->previous_mass;
    const Vector last = {cube::dot(before, s.axes[0]), cube::dot(before, s.axes[1]),
                         cube::dot(before, s.axes[2])};
    const double side = std::sqrt(last[0] * last[0] + last[1] * last[1]);
    const double energy = std::sqrt(cube::dot(last, last) + other * other);
    const double middle = m * m + other * other + 2 * (energy * (s.t + m) - last[2] * s.p * (1 - s.y));
    const double swing = 2 * side * across, excess = middle - cube::delta_mass * cube::delta_mass;
    put((std::sqrt(cube::positive(middle)) - cube::delta_mass) / 0.2);
    put(swing);
    put(std::clamp(excess / (swing + 0.01), -2.0, 2.0));
    put(last[0] / (side + 0.05));
    put(last[1] / (side + 0.05));
  }
  know(chain, 7, 11, count);
  draw(2);
  for (int lane = 0; lane < count; ++lane) {
    const Lane& s = lane_states[static_cast<std::size_t>(lane)];
    Drawn& e = *s.event;
    const Vector p = cube::emitted(s.p, s.y, two_pi * (unit(lane) - 0.5), s.axes);
    momentum_[s.place] = p;
    e.left = cube::minus(e.left, p);
    e.energy -= s.left.mass + s.t;
    e.earlier = e.previous;
    e.previous = p;
    e.previous_mass = s.left.mass;
    --e.remaining[static_cast<std::size_t>(s.kind)];
    ++e.next;
    wait_for_step(rows[lane]);
  }
}

}  // namespace nugan
