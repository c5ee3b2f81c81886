#pragma once

#include <array>
#include <cstdint>
#include <nugan/Events.hpp>
#include <nugan/Process.hpp>
#include <string>
#include <vector>

#include "../fused/Packed.hpp"
#include "PackedHadrons.hpp"
#include "cube.hpp"

namespace nugan {

/// Draws the hadrons of events whose lepton is there, a block of them after the other.
///
/// Events wait in a queue for each chain of networks that they need next, and go through it a lot at a time:
/// the lanes of vectors are full, and an event does not depend on those beside it.
class HadronWorker {
 public:
  /// Events of a block.
  static constexpr std::int64_t block = 2048;

  HadronWorker(const PackedHadrons& net, const Process& process, std::string model, std::uint64_t seed);

  /// Draws events from place `from` to before `to` of `events`, fills in their mode and appends their
  /// particles.
  /// @throws Error for momenta that are not finite
  void operator()(Events& events, std::size_t from, std::size_t to, Particles& particles);

 private:
  // An event on its way; GeV
  struct Drawn {
    std::int64_t number;
    std::int64_t part;  // of its uniform numbers
    std::array<double, 4> uniforms;
    double enu, omega, q, q2, across;
    int mode, word, n, next;
    std::array<int, counted_species + 1> counts, remaining;  // rare ones first
    std::size_t first;                                       // place of its hadrons
    double spare;  // for masses of hadrons beyond M_N for each baryon
    double available, masses, missing, energy, rest, previous_mass;
    cube::Vector total, left, previous, earlier;
  };
  // Columns of a lot from row to row
  struct Column {
    float* at;
    int tile;
    void operator()(double value) {
      *at = static_cast<float>(value);
      at += tile;
    }
  };

  void enter(const Events& events, std::size_t from, std::size_t to);
  void draw_topologies(std::size_t begin, int count);
  void list_hadrons(Drawn& event);
  void draw_remnants(int mode, const int* rows, int count);
  void leave_no_remnant(int row);
  void draw_steps(int chain, const int* rows, int count);
  void wait_for_step(int row);
  bool run_queue();
  void append_particles(Events& events, std::size_t from, Particles& particles);

  double uniform(Drawn& event, int number) const;
  Column column(float* buffer, int lane, int row = 0) const {
    return {buffer + lane / tile_ * stride_ + static_cast<std::int64_t>(row) * tile_ + lane % tile_, tile_};
  }
  Lot lot(float* in, float* out, int count) const {
    return {.tiles = (count + tile_ - 1) / tile_,
            .in = in,
            .in_stride = stride_,
            .out = out,
            .out_stride = stride_};
  }
  static void put_lepton(Column& put, const Drawn& event);
  static void put_counts(Column& put, const Drawn& event);
  int choose(int classes, int lane, double uniform) const;
  void begin_chain(const PackedChain& chain, int count);
  void draw_variable(const PackedChain& chain, std::size_t variable, int count);
  void know(const PackedChain& chain, int from, int size, int count);

  const PackedHadrons& net_;
  const Kernels& kernels_;
  Process process_;
  std::string model_;
  std::uint64_t seed_;
  int tile_, lanes_;
  std::int64_t stride_;
  AlignedFloats inputs_, hidden_, other_, raw_, uniform_, unit_;
  std::vector<double> word_energy_;  // that an entry needs; infinite where it is never allowed
  std::vector<char> allowed_;        // counts of a species
  std::vector<Drawn> drawn_;
  std::array<std::vector<int>, hadron_modes + 6> queues_;
  // hadrons of all events of the block
  std::vector<int> kind_, code_;
  std::vector<double> mass_;
  std::vector<cube::Vector> momentum_;
};

}  // namespace nugan
