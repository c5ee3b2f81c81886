#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>

namespace nugan {

/// Bytes that can still be taken without driving the machine, or this control group, out of memory.
///
/// Linux grants more memory than there is and kills a process later, so an allocation that succeeds proves
/// nothing. Where nothing can be read, there is no limit.
inline std::uint64_t available_memory() {
  std::uint64_t available = std::numeric_limits<std::uint64_t>::max();
  std::ifstream machine("/proc/meminfo");
  for (std::string line; std::getline(machine, line);)
    if (line.starts_with("MemAvailable:")) available = 1024 * std::stoull(line.substr(13));
  std::uint64_t most = 0, used = 0;
  std::ifstream limit("/sys/fs/cgroup/memory.max"), current("/sys/fs/cgroup/memory.current");
  if (limit >> most && current >> used) available = std::min(available, most > used ? most - used : 0);
  return available;
}

}  // namespace nugan
