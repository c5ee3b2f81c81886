#pragma once

#include <nugan/Run.hpp>
#include <nugan/Source.hpp>
#include <nugan/export.hpp>

namespace nugan {

/// The run of a source's events, drawn now.
NUGAN_EXPORT Run run_of(const Source& source);

}  // namespace nugan
