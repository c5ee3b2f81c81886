#pragma once

#include <nugan/EnergySpectrum.hpp>
#include <nugan/Sampler.hpp>
#include <span>
#include <variant>

#include "../fused/Kernels.hpp"
#include "Stage.hpp"

namespace nugan {

/// The energies of the neutrinos, `Ev`: uniform in a range, from a spectrum, or given one by one.
class EnergyStage : public Stage {
 public:
  using Energies = std::variant<EnergyRange, const EnergySpectrum*, std::span<const double>>;

  /// @param energies  what a spectrum or numbers refer to must outlive the stage; numbers [size of the
  /// chunk], GeV
  EnergyStage(Energies energies, const Kernels& kernels, int threads)
      : energies_(energies), kernels_(kernels), threads_(threads) {}

  void operator()(Chunk& chunk) const override;

 private:
  Energies energies_;
  const Kernels& kernels_;
  int threads_;
};

}  // namespace nugan
