#pragma once

#include <array>
#include <cstdint>
#include <nugan/Events.hpp>
#include <nugan/export.hpp>
#include <optional>
#include <span>
#include <string>

namespace nugan {

/// From low to high, uniform in between.
struct Interval {
  double low;
  double high;
};

/// Where and when events happen, and where the neutrinos fly, in the detector's frame.
struct NUGAN_EXPORT Beam {
  std::optional<std::array<Interval, 3>> vertex{};   ///< a box, m
  std::optional<Interval> time{};                    ///< s
  std::optional<std::array<double, 3>> direction{};  ///< of any length but zero; along z without

  /// The same with a direction of length 1.
  /// @throws Error for intervals that fall, numbers that are not finite or beyond 1e30, a direction of zero
  Beam checked() const;

  /// Puts events first, first + 1, ... of a seed into the detector's frame.
  ///
  /// Turns pxl pyl pzl and the particles from z onto the direction, about the normal of both; adds pxv pyv
  /// pzv where there is a direction, vtxx vtxy vtxz and vtxt where there are a vertex and a time. phil stays
  /// the azimuth about the beam. The numbers belong to the events, however a run is cut.
  /// @throws Error as checked()
  void place(Events& events, std::uint64_t seed, std::int64_t first) const;

  /// What place() does to the momenta of leptons [n] of neutrinos along z, in place, and what it adds for
  /// neutrinos [n] of energies Ev. The beam has a direction of length 1.
  void turn(std::span<const float> Ev, std::array<std::span<float>, 3> lepton,
            std::array<std::span<float>, 3> neutrino) const;

  /// The same to other momenta [n] of such events, in place.
  void turn(std::array<std::span<double>, 3> momenta) const;

  /// Vertices and times [n] of events first, first + 1, ...; empty columns are left out.
  void positions(std::uint64_t seed, std::int64_t first, std::array<std::span<double>, 4> columns) const;
};

/// "X,Y,Z" or "X1:X2,Y1:Y2,Z1:Z2", m. @throws Error for something else
NUGAN_EXPORT std::array<Interval, 3> parse_vertex(const std::string& text);

/// "T" or "T1:T2", s. @throws Error for something else
NUGAN_EXPORT Interval parse_time(const std::string& text);

/// "X,Y,Z" as a unit vector. @throws Error for something else
NUGAN_EXPORT std::array<double, 3> parse_direction(const std::string& text);

/// The matrix that turns z onto a unit vector about their normal.
NUGAN_EXPORT std::array<std::array<double, 3>, 3> rotation(const std::array<double, 3>& direction);

}  // namespace nugan
