#pragma once

#include <nugan/export.hpp>
#include <string>
#include <vector>

namespace nugan {

/// Floating-point operations per second of one thread that does nothing but fused multiplications and
/// additions in registers, with the instructions of NUGAN_SIMD or the widest: the floor of benchmarks.
NUGAN_EXPORT double multiply_add_rate();

/// Names of the instruction sets that this processor can run, fastest first.
NUGAN_EXPORT std::vector<std::string> simd_names();

}  // namespace nugan
