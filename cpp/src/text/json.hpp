#pragma once

#include <nugan/Value.hpp>
#include <nugan/export.hpp>
#include <string_view>

namespace nugan {

/// The value that a JSON text (RFC 8259) has; NaN and Infinity are numbers, as Python writes them.
/// @throws Error for something else
NUGAN_EXPORT Value parse_json(std::string_view text);

}  // namespace nugan
