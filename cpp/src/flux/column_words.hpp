#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nugan {

/// What a column of a table of a flux holds.
enum class Role { unknown, low, high, centre, point, energy, number, skip, flux };

/// What the name of a column says, as `E_low [GeV]`, `bin centre`, `flux error` or `NuMuBar`.
Role role_of(std::string_view name);

/// A name without its units in brackets.
std::string bare_name(std::string_view name);

/// The names of columns in a line, where it has so many; nothing where it has not.
std::vector<std::string> split_names(std::string_view line, std::size_t count);

/// What lines of words say of energies as a whole: low, high or centre, as in "energies are lower edges of
/// bins"; unknown where they say nothing, or several things.
Role role_in_words(const std::vector<std::string>& lines);

}  // namespace nugan
