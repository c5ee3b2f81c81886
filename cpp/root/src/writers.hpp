#pragma once

#include <memory>
#include <nugan/root/EventWriter.hpp>
#include <string>

#include "AtomicFile.hpp"

namespace nugan::root {

inline constexpr const char* metadata_name = "nugan";

/// The nucleus of events that do not say which they have.
inline int main_target(const Run& run) {
  int target = 0;
  double largest = 0;
  for (const auto& [pdg, fraction] : run.targets)
    if (fraction > largest) {
      target = pdg;
      largest = fraction;
    }
  return target;
}

std::unique_ptr<EventWriter> make_gst_writer(std::unique_ptr<AtomicFile> file, Run run);
std::unique_ptr<EventWriter> make_rootracker_writer(std::unique_ptr<AtomicFile> file, Run run);
std::unique_ptr<EventWriter> make_rntuple_writer(std::unique_ptr<AtomicFile> file, Run run);

}  // namespace nugan::root
