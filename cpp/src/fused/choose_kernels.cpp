#include <cstdlib>
#include <nugan/Error.hpp>
#include <string_view>

#include "../text/message.hpp"
#include "Kernels.hpp"

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

std::vector<const Kernels*> runnable_kernels() {
  std::vector<const Kernels*> runnable;
  if (const Kernels* kernels = avx512_kernels(); kernels && has_avx512()) runnable.push_back(kernels);
  if (const Kernels* kernels = avx2_kernels(); kernels && has_avx2()) runnable.push_back(kernels);
  runnable.push_back(portable_kernels());
  return runnable;
}

const Kernels& choose_kernels() {
  const auto runnable = runnable_kernels();
  const char* wanted = std::getenv("NUGAN_SIMD");
  if (!wanted || !*wanted) return *runnable.front();
  std::string names;
  for (const Kernels* kernels : runnable) {
    if (std::string_view(wanted) == kernels->name) return *kernels;
    names += (names.empty() ? "" : ", ") + std::string(kernels->name);
  }
  throw Error(message("NUGAN_SIMD = ", wanted, ": this processor has ", names));
}

}  // namespace nugan
