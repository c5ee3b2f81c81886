#pragma once

#include <nugan/Flux.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace nugan {

/// GeV in the unit of energies that a title or a comment names; none where it names none.
///
/// `[MeV]` counts first, then `E in MeV`, then the word alone: not `50 MeV`, a width, nor `/MeV`, a density.
std::optional<double> energy_unit_in(std::string_view text);

/// GeV in the unit that a bracket such as `GeV` or `GeV/c` holds and nothing else.
std::optional<double> bare_energy_unit(std::string_view text);

/// GeV in the unit that "E in MeV" in the user's units says.
std::optional<double> said_energy_unit(std::string_view units);

/// The user's units without "E in MeV".
std::string without_energy_unit(std::string_view units);

/// Refuse energies that nothing gives a unit and that look like MeV: they are 100 and more on average.
/// @param units  the user's, for the message
/// @throws Error
void ask_for_energy_unit(const Flux& flux, std::string_view units);

}  // namespace nugan
