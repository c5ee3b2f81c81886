#pragma once

#include <cstdint>
#include <memory>
#include <nugan/Beam.hpp>
#include <nugan/Energies.hpp>
#include <nugan/EventLoop.hpp>
#include <nugan/Events.hpp>
#include <nugan/Rate.hpp>
#include <nugan/Sampler.hpp>
#include <nugan/cross_section_at.hpp>
#include <nugan/export.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nugan {

struct Chunk;
class NucleusStage;

/// One nucleus of a target, as one flavour of the beam meets it.
struct Nucleus {
  Sampler sampler;                      ///< its model
  double fraction;                      ///< of the target's nucleons
  std::optional<Rate> rate{};           ///< where there is a flux
  std::optional<double> sigma{};        ///< mean cross section, 1e-38 cm²/nucleon, where there is one
  std::optional<double> sigma_error{};  ///< its uncertainty
  double neutrinos = 1;                 ///< share of its flavour in the neutrinos of the beam
};

/// Events of a target of one nucleus or several and of a beam of one flavour or several, in the detector's
/// frame.
///
/// The share of a nucleus in the events is its fraction of the nucleons times its cross section, and that of
/// a flavour its number of neutrinos times its cross section. An event's nucleus and flavour follow from the
/// seed and the event's number; the events of a nucleus are those of its model one after the other, so that
/// nothing is drawn in vain and no chunk matters. nugan-sample draws the same events.
class NUGAN_EXPORT Source {
 public:
  /// @param nuclei    with `sampler` and `fraction`, for each flavour all nuclei; the rest is filled in
  /// @param energies  within the range of all models (see common_range)
  /// @param seed      of the events
  /// @param beam      where and when they happen
  /// @throws Error    for no nuclei or the same one twice, fractions that do not add up to 1, no cross
  /// section
  ///     where one is needed, a flavour without a flux, fluxes in several units, a beam that is none; see
  ///     flux_rate
  Source(std::vector<Nucleus> nuclei, Energies energies, std::uint64_t seed, Beam beam = {});

  /// Events first ... first + n - 1, with `tgt` where there are several nuclei, `neu` where there are several
  /// flavours, `wght` where they are weighted and the columns of the beam. Not to be called from several
  /// threads at once. Where there are several nuclei, a call that does not go on where the last one ended
  /// counts the nuclei of all events before it, some 10 ns each.
  /// @throws Error as Sampler::sample
  Events draw(std::int64_t first, std::int64_t n);

  /// The first n events one by one; the source must outlive the loop.
  EventLoop events(std::int64_t n, std::int64_t first = 0);

  const std::vector<Nucleus>& nuclei() const { return nuclei_; }
  const Energies& energies() const { return energies_; }
  const Beam& beam() const { return beam_; }
  std::uint64_t seed() const { return seed_; }

  /// Mean cross section of the target's nucleons over the flux or at the energy, 1e-38 cm²/nucleon. Of
  /// several flavours it is the mean over all their neutrinos.
  std::optional<double> sigma() const;

  /// PDG numbers of the flavours, in the order of the nuclei.
  std::vector<int> probes() const;

  /// The mean cross section of one flavour, and its uncertainty.
  std::optional<std::pair<double, double>> sigma_of(int probe) const;

  /// Its uncertainty; those of the nuclei are independent.
  std::optional<double> sigma_error() const;

  /// The cross section of the target's nucleons against energy; empty where not all models have one, and of
  /// several flavours.
  CrossSectionTable table() const;

  /// sigma(), or without flux and fixed energy the mean of table() over the uniform energies, and its
  /// uncertainty.
  std::optional<std::pair<double, double>> mean_sigma() const;

  /// Mean cross sections of the channels, whose sum is mean_sigma(); empty where not all models have them.
  /// @param probe  PDG number of one flavour, or 0 for the mean over all neutrinos
  std::vector<ChannelSigma> channels(int probe = 0) const;

  /// Estimated shares of the whole rate below and above the range of energies.
  /// @param probe  PDG number of one flavour, or 0 for all
  Interval outside(int probe = 0) const;

  /// Share of each nucleus, as each flavour meets it, in the events.
  std::vector<double> shares() const;

 private:
  void check_flavours() const;
  Events of_nucleus(std::size_t k, std::int64_t first, std::int64_t n) const;
  void draw_mixture(Chunk& chunk, std::int64_t n);

  std::vector<Nucleus> nuclei_;
  Energies energies_;
  std::uint64_t seed_;
  Beam beam_;
  std::shared_ptr<const NucleusStage> nucleus_;
  std::vector<std::uint64_t> seeds_;  ///< of the nuclei
  std::vector<std::int64_t> drawn_;   ///< events of the nuclei before event next_
  std::int64_t next_ = 0;
};

/// Energies that all models know, GeV. @throws Error where there are none
NUGAN_EXPORT Interval common_range(const std::vector<Nucleus>& nuclei);

}  // namespace nugan
