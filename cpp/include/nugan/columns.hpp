#pragma once

#include <cstdint>
#include <nugan/Constants.hpp>
#include <type_traits>
#include <vector>

/// The columns of events, the one list of them, in the order of files: a new column is one line here.
///
/// COLUMN(type, name, where, otherwise, meaning) is stored: `drawn` by every sampler; or `optional`, empty
/// where all events have the value `otherwise`, which may speak of columns of `event` that stand before it;
/// or `extra`, the same, and files have it only where the events do.
/// The run of a file, not the list, knows that of `neu`, `tgt` and `cc`.
/// DERIVED(type, name, value, meaning) follows from the columns before it.
#define NUGAN_COLUMNS(COLUMN, DERIVED)                                                        \
  COLUMN(std::int32_t, iev, drawn, 0, "event number, from 0")                                 \
  COLUMN(std::int32_t, neu, optional, 0, "neutrino, PDG number")                              \
  COLUMN(std::int32_t, tgt, optional, 0, "target nucleus, PDG number")                        \
  DERIVED(std::int32_t, Z, protons_of(event.tgt), "protons of the target")                    \
  DERIVED(std::int32_t, A, nucleons_of(event.tgt), "nucleons of the target")                  \
  COLUMN(bool, cc, optional, true, "charged current")                                         \
  COLUMN(double, wght, optional, 1, "event weight")                                           \
  COLUMN(float, Ev, drawn, 0, "neutrino energy [GeV]")                                        \
  COLUMN(float, El, drawn, 0, "lepton total energy [GeV]")                                    \
  COLUMN(float, pxl, drawn, 0, "lepton momentum, x [GeV]")                                    \
  COLUMN(float, pyl, drawn, 0, "lepton momentum, y [GeV]")                                    \
  COLUMN(float, pzl, drawn, 0, "lepton momentum, z [GeV]")                                    \
  COLUMN(float, pl, drawn, 0, "lepton momentum [GeV]")                                        \
  COLUMN(double, cthl, drawn, 0, "cosine of the lepton angle")                                \
  COLUMN(float, thetal, drawn, 0, "lepton angle to the neutrino [rad]")                       \
  COLUMN(float, phil, drawn, 0, "lepton azimuth [rad]")                                       \
  COLUMN(float, Q2, drawn, 0, "four-momentum transfer [GeV^2]")                               \
  COLUMN(float, W, drawn, 0, "hadronic mass for a nucleon at rest [GeV], -999 where W^2 < 0") \
  COLUMN(float, x, drawn, 0, "Bjorken x for a nucleon at rest")                               \
  COLUMN(float, y, drawn, 0, "inelasticity (Ev - El)/Ev")                                     \
  COLUMN(float, pxv, optional, 0, "neutrino momentum, x [GeV]")                               \
  COLUMN(float, pyv, optional, 0, "neutrino momentum, y [GeV]")                               \
  COLUMN(float, pzv, optional, event.Ev, "neutrino momentum, z [GeV]")                        \
  COLUMN(double, vtxx, optional, 0, "vertex, x [m]")                                          \
  COLUMN(double, vtxy, optional, 0, "vertex, y [m]")                                          \
  COLUMN(double, vtxz, optional, 0, "vertex, z [m]")                                          \
  COLUMN(double, vtxt, optional, 0, "vertex, time [s]")                                       \
  COLUMN(std::int32_t, mode, extra, 0, "interaction mode: 1 qel, 2 mec, 3 res, 4 dis, 5 coh, 0 unknown")

namespace nugan {

/// Where a column comes from, see NUGAN_COLUMNS.
enum class Where { drawn, optional, extra, derived };

/// A column's name, origin and meaning with its unit.
struct ColumnInfo {
  const char* name;
  Where where;
  const char* meaning;
};

/// The values of a column; of a yes or no a byte each, for those of std::vector<bool> have no addresses.
template <class T>
using ColumnValues = std::vector<std::conditional_t<std::is_same_v<T, bool>, unsigned char, T>>;

}  // namespace nugan
