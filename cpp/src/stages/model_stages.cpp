#include "model_stages.hpp"

#include <array>

#include "../hadrons/HadronStage.hpp"
#include "LeptonStage.hpp"

namespace nugan {

namespace {

// Each looks into the archive for its networks: nothing where there are none
constexpr std::array optional_stages = {&make_hadron_stage};

}  // namespace

std::vector<std::unique_ptr<const Stage>> model_stages(const Generator& generator, int threads,
                                                       bool lepton_only) {
  std::vector<std::unique_ptr<const Stage>> stages;
  stages.push_back(std::make_unique<LeptonStage>(generator, threads));
  if (lepton_only) return stages;
  for (const auto make : optional_stages)
    if (auto stage = make(generator, threads)) stages.push_back(std::move(stage));
  return stages;
}

}  // namespace nugan
