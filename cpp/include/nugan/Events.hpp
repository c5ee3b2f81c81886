#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nugan {

/// One event, for loops; the columns of Events say what the numbers are.
struct Event {
  std::int32_t iev;
  std::int32_t tgt;  ///< 0 where the events have no such column
  double wght;       ///< 1 where they have none
  float Ev, El, pxl, pyl, pzl, pl;
  double cthl;
  float thetal, phil, Q2, W, x, y;
  float pxv, pyv, pzv;            ///< (0, 0, Ev) where they have none
  double vtxx, vtxy, vtxz, vtxt;  ///< 0 where they have none
};

/// Events as columns of equal length, named as in the GENIE gst tree. The neutrino flies along z, unless
/// there are columns that say where it flies.
///
/// Energies and momenta in GeV, angles in rad, Q2 in GeV². W is undefined_w where W² < 0.
struct Events {
  std::vector<std::int32_t> iev;  ///< event number
  std::vector<float> Ev;          ///< neutrino energy
  std::vector<float> El;          ///< muon energy
  std::vector<float> pxl;         ///< muon momentum
  std::vector<float> pyl;
  std::vector<float> pzl;
  std::vector<float> pl;      ///< its magnitude
  std::vector<double> cthl;   ///< cosine of the muon angle
  std::vector<float> thetal;  ///< muon angle
  std::vector<float> phil;    ///< muon azimuth about the neutrino, in [-pi, pi]
  std::vector<float> Q2;      ///< four-momentum transfer
  std::vector<float> W;       ///< hadronic mass for a nucleon at rest
  std::vector<float> x;       ///< Bjorken x
  std::vector<float> y;       ///< inelasticity

  std::vector<double> wght{};       ///< weights, of a Source that weights; else empty
  std::vector<std::int32_t> tgt{};  ///< PDG number of the nucleus, of a target with several; else empty
  std::vector<float> pxv{};         ///< neutrino momentum, where a Beam has a direction; else empty
  std::vector<float> pyv{};
  std::vector<float> pzv{};
  std::vector<double> vtxx{};  ///< vertex in m, where a Beam has one; else empty
  std::vector<double> vtxy{};
  std::vector<double> vtxz{};
  std::vector<double> vtxt{};  ///< time in s, where a Beam has one; else empty

  /// Number of events.
  std::size_t size() const { return iev.size(); }

  /// An event, with the columns that are there and Event's values in place of others.
  Event operator[](std::size_t i) const {
    const auto get = [i](const auto& column, auto otherwise) {
      return column.empty() ? otherwise : column[i];
    };
    return {.iev = iev[i],
            .tgt = get(tgt, std::int32_t{0}),
            .wght = get(wght, 1.0),
            .Ev = Ev[i],
            .El = El[i],
            .pxl = pxl[i],
            .pyl = pyl[i],
            .pzl = pzl[i],
            .pl = pl[i],
            .cthl = cthl[i],
            .thetal = thetal[i],
            .phil = phil[i],
            .Q2 = Q2[i],
            .W = W[i],
            .x = x[i],
            .y = y[i],
            .pxv = get(pxv, 0.0F),
            .pyv = get(pyv, 0.0F),
            .pzv = get(pzv, Ev[i]),
            .vtxx = get(vtxx, 0.0),
            .vtxy = get(vtxy, 0.0),
            .vtxz = get(vtxz, 0.0),
            .vtxt = get(vtxt, 0.0)};
  }

  /// Appends an event that a loop picked out, to the columns that there are; the first one makes them all.
  void push_back(const Event& event) {
    const auto add = [begins = iev.empty()](auto& column, auto value) {
      if (begins || !column.empty()) column.push_back(value);
    };
    add(iev, event.iev);
    add(tgt, event.tgt);
    add(wght, event.wght);
    add(Ev, event.Ev);
    add(El, event.El);
    add(pxl, event.pxl);
    add(pyl, event.pyl);
    add(pzl, event.pzl);
    add(pl, event.pl);
    add(cthl, event.cthl);
    add(thetal, event.thetal);
    add(phil, event.phil);
    add(Q2, event.Q2);
    add(W, event.W);
    add(x, event.x);
    add(y, event.y);
    add(pxv, event.pxv);
    add(pyv, event.pyv);
    add(pzv, event.pzv);
    add(vtxx, event.vtxx);
    add(vtxy, event.vtxy);
    add(vtxz, event.vtxz);
    add(vtxt, event.vtxt);
  }
};

}  // namespace nugan
