#pragma once

#include <string>
#include <string_view>

namespace nugan {

/// An axis title in lower case without the marks of TeX and ROOT, in ASCII: products as `*`, powers as `^`,
/// fractions as `/`.
std::string plain_text(std::string_view title);

}  // namespace nugan
