#pragma once

#include <cstdint>
#include <nugan/Events.hpp>

namespace nugan::root {

/// A row of the table gst: an event and what follows from it.
struct Row {
  Event event;
  std::int32_t neu;
  std::int32_t Z;
  std::int32_t A;
  bool cc;
};

/// Calls visit(name, value, meaning) for each column of gst, in the order of nugan-sample's files.
template <class AnyRow, class Visit>
void for_columns(AnyRow& row, const Visit& visit) {
  auto& e = row.event;
  visit("iev", e.iev, "event number, from 0");
  visit("neu", row.neu, "neutrino, PDG number");
  visit("tgt", e.tgt, "target nucleus, PDG number");
  visit("Z", row.Z, "protons of the target");
  visit("A", row.A, "nucleons of the target");
  visit("cc", row.cc, "charged current, always true");
  visit("wght", e.wght, "event weight");
  visit("Ev", e.Ev, "neutrino energy [GeV]");
  visit("El", e.El, "lepton total energy [GeV]");
  visit("pxl", e.pxl, "lepton momentum, x [GeV]");
  visit("pyl", e.pyl, "lepton momentum, y [GeV]");
  visit("pzl", e.pzl, "lepton momentum, z [GeV]");
  visit("pl", e.pl, "lepton momentum [GeV]");
  visit("cthl", e.cthl, "cosine of the lepton angle");
  visit("thetal", e.thetal, "lepton angle to the neutrino [rad]");
  visit("phil", e.phil, "lepton azimuth [rad]");
  visit("Q2", e.Q2, "four-momentum transfer [GeV^2]");
  visit("W", e.W, "hadronic mass for a nucleon at rest [GeV], -999 where W^2 < 0");
  visit("x", e.x, "Bjorken x for a nucleon at rest");
  visit("y", e.y, "inelasticity (Ev - El)/Ev");
  visit("pxv", e.pxv, "neutrino momentum, x [GeV]");
  visit("pyv", e.pyv, "neutrino momentum, y [GeV]");
  visit("pzv", e.pzv, "neutrino momentum, z [GeV]");
  visit("vtxx", e.vtxx, "vertex, x [m]");
  visit("vtxy", e.vtxy, "vertex, y [m]");
  visit("vtxz", e.vtxz, "vertex, z [m]");
  visit("vtxt", e.vtxt, "vertex, time [s]");
}

/// Makes a row of an event; `target` is the nucleus of events without such a column.
inline void fill(Row& row, const Event& event, int probe, int target) {
  row.event = event;
  if (row.event.tgt == 0) row.event.tgt = target;
  row.neu = probe;
  row.Z = row.event.tgt / 10000 % 1000;
  row.A = row.event.tgt / 10 % 1000;
  row.cc = true;
}

}  // namespace nugan::root
