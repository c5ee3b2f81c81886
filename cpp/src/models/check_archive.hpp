#pragma once

#include <string>

namespace nugan {

/// Check what torch's loader takes on trust: that each member of the zip file has its checksum, and that no
/// tensor reaches beyond the numbers that are stored for it. Weights are left to their SHA-256.
///
/// @throws Error, or an exception of torch, saying what is damaged, without the file's name
void check_archive(const std::string& file);

}  // namespace nugan
