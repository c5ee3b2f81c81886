#include <cstdlib>
#include <nugan/Error.hpp>
#include <string_view>

#include "../message.hpp"
#include "Stages.hpp"

namespace nugan {

namespace {

bool has_avx512() {
#if defined(__x86_64__) && defined(__GNUC__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

bool has_avx2() {
#if defined(__x86_64__) && defined(__GNUC__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

}  // namespace

std::vector<const Stages*> runnable_stages() {
  std::vector<const Stages*> runnable;
  if (const Stages* stages = avx512_stages(); stages && has_avx512()) runnable.push_back(stages);
  if (const Stages* stages = avx2_stages(); stages && has_avx2()) runnable.push_back(stages);
  runnable.push_back(portable_stages());
  return runnable;
}

const Stages& choose_stages() {
  const auto runnable = runnable_stages();
  const char* wanted = std::getenv("NUGAN_SIMD");
  if (!wanted || !*wanted) return *runnable.front();
  std::string names;
  for (const Stages* stages : runnable) {
    if (std::string_view(wanted) == stages->name) return *stages;
    names += (names.empty() ? "" : ", ") + std::string(stages->name);
  }
  throw Error(message("NUGAN_SIMD = ", wanted, ": this processor has ", names));
}

}  // namespace nugan
