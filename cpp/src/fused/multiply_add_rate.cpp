#include "multiply_add_rate.hpp"

#include <algorithm>
#include <chrono>

#include "Kernels.hpp"

namespace nugan {

double multiply_add_rate() {
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t rounds = 1'000'000;
  const Kernels& kernels = choose_kernels();
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = Clock::now();
    const volatile float kept = kernels.multiply_add(rounds);
    static_cast<void>(kept);
    const std::chrono::duration<double> seconds = Clock::now() - start;
    best = std::max(best, 2.0 * rounds * kernels.accumulators * kernels.tile / seconds.count());
  }
  return best;
}

std::vector<std::string> simd_names() {
  std::vector<std::string> names;
  for (const Kernels* kernels : runnable_kernels()) names.emplace_back(kernels->name);
  return names;
}

}  // namespace nugan
