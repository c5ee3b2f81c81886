#pragma once

#include <memory>
#include <nugan/root/EventWriter.hpp>
#include <string>

#include "AtomicFile.hpp"

namespace nugan::root {

inline constexpr const char* metadata_name = "nugan";

std::unique_ptr<EventWriter> make_tree_writer(std::unique_ptr<AtomicFile> file, Run run, std::string format);
std::unique_ptr<EventWriter> make_rntuple_writer(std::unique_ptr<AtomicFile> file, Run run);

}  // namespace nugan::root
