#pragma once

#include <cstdint>
#include <memory>
#include <nugan/EnergySpectrum.hpp>
#include <nugan/EventLoop.hpp>
#include <nugan/Events.hpp>
#include <nugan/Flux.hpp>
#include <nugan/ModelInfo.hpp>
#include <nugan/Replica.hpp>
#include <nugan/export.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace nugan {

/// Range of uniformly distributed neutrino energies in GeV; equal ends mean one fixed energy.
struct EnergyRange {
  double enu_low;
  double enu_high;
};

/// Draws events from a trained generator.
///
///     nugan::Sampler sampler("numu_C12_inc");
///     nugan::Events events = sampler.sample({.enu_low = 1.0, .enu_high = 1.0}, 100'000, 7);
///
/// Event k of a seed is the same, bit by bit, whatever the number of events, the first event and the threads.
/// A sampler may be copied (copies share the network) and used from several threads at once.
class NUGAN_EXPORT Sampler {
 public:
  /// How a sampler runs.
  struct Config {
    std::string device = "cpu";  ///< "cpu", "cuda" or "cuda:k"
    int threads = 0;             ///< worker threads on the CPU; 0 takes all the hardware has
    /// "fused", the network in vector instructions; "torch"; "auto", fused where it can be had on the CPU and
    /// agrees with LibTorch to 1e-5 of the proxies (in 99 % of 1,024 events; to 1e-3 in all)
    std::string backend = "auto";
    bool lepton_only = false;  ///< leave out the hadrons where the model has them
  };

  /// Open a model by its name or path (see find_model).
  /// @throws Error for an unknown name, an unreadable archive, a device or backend that is not there
  explicit Sampler(const std::string& model);
  Sampler(const std::string& model, const Config& config);

  /// What the archive says.
  const ModelInfo& model() const;
  const std::string& device() const;
  int threads() const;

  /// Whether its events have hadrons: `particles` and `mode`.
  bool hadrons() const;

  /// The same sampler, whose events have a weight of each of the first replicas in the model's table:
  /// `wght_rep`. They share the networks. The other columns are the same, bit by bit.
  /// @param count  at least 1
  /// @throws Error for fewer replicas in the archive, none at all, or a table that is damaged
  Sampler with_replicas(std::int64_t count) const;

  /// The replicas that its events have weights of, in the order of `wght_rep`; none unless asked for.
  const Replicas& replicas() const;

  /// What runs the network: "fused" with the instruction set, or "torch".
  std::string backend() const;

  /// Events first ... first + n - 1 of a seed, their energies uniform in a range within the model's.
  /// @throws Error for n < 1, event numbers beyond 2^31 - 1, a range outside of the model's
  Events sample(EnergyRange range, std::int64_t n, std::uint64_t seed, std::int64_t first = 0) const;

  /// The same with energies from a spectrum, such as rate_spectrum(flux, model()).
  /// @throws Error as above
  Events sample(const EnergySpectrum& spectrum, std::int64_t n, std::uint64_t seed,
                std::int64_t first = 0) const;

  /// The same with the energies of a flux: flux times cross section, inside of the model's range.
  /// @throws Error as above, and for what is no flux; see flux_rate() for how much of it lies outside
  Events sample(const Flux& flux, std::int64_t n, std::uint64_t seed, std::int64_t first = 0) const;

  /// One event for each neutrino energy [GeV].
  /// @throws Error as above, for any of the energies
  Events sample_at(std::span<const double> enu, std::uint64_t seed, std::int64_t first = 0) const;

  /// Events one by one, for a loop, drawn in chunks meanwhile:
  ///
  ///     for (const nugan::Event& event : sampler.events(1'000'000)) ...
  ///
  /// Energies are uniform over the model's range, or as above. The loop keeps a copy of the sampler.
  /// @throws Error as above, when the loop begins
  EventLoop events(std::int64_t n, std::uint64_t seed = 1) const;
  EventLoop events(EnergyRange range, std::int64_t n, std::uint64_t seed = 1) const;
  EventLoop events(const EnergySpectrum& spectrum, std::int64_t n, std::uint64_t seed = 1) const;
  EventLoop events(const Flux& flux, std::int64_t n, std::uint64_t seed = 1) const;

  /// The muons that the network makes of given latents, on one thread.
  /// @param latent  [n, latent_size], standard normal numbers
  /// @param enu     [n], GeV
  /// @return        [n, 2]: muon energy in GeV, angle in rad
  /// @throws Error for arrays of other sizes, and for energies as above
  std::vector<float> generate(std::span<const float> latent, std::span<const float> enu) const;

 private:
  class Impl;
  explicit Sampler(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<const Impl> impl_;
};

}  // namespace nugan
