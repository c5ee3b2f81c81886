#include "multiply_add_rate.hpp"

#include <algorithm>
#include <chrono>

#include "Stages.hpp"

namespace nugan {

double multiply_add_rate() {
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t rounds = 1'000'000;
  const Stages& stages = choose_stages();
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = Clock::now();
    const volatile float kept = stages.multiply_add(rounds);
    static_cast<void>(kept);
    const std::chrono::duration<double> seconds = Clock::now() - start;
    best = std::max(best, 2.0 * rounds * stages.accumulators * stages.tile / seconds.count());
  }
  return best;
}

std::vector<std::string> simd_names() {
  std::vector<std::string> names;
  for (const Stages* stages : runnable_stages()) names.emplace_back(stages->name);
  return names;
}

}  // namespace nugan
