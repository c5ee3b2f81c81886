#pragma once

#include <nugan/Error.hpp>
#include <nugan/Flux.hpp>
#include <nugan/export.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nugan {

/// What a user may be told to give as a unit.
inline constexpr const char* flux_unit_help =
    "such as \"/cm2/1e21POT/50MeV\", \"/m2/POT/GeV\", \"/cm2/POT/bin\" or, for a shape alone, \"/GeV\" or "
    "\"/bin\", and \", E in MeV\" behind it if the energies are in MeV";

/// Where nothing says the unit of a flux.
class NUGAN_EXPORT NoUnitError : public Error {
 public:
  using Error::Error;
};

/// What a content of 1 stands for: `scale` neutrinos in an area, for some protons on target, in a width.
///
/// The unit is read from an axis title or the user's words by the same rules, for example
/// `/cm^{2}/50 MeV/1#times10^{21} p.o.t.`, `cm-2 POT-1 GeV-1` or `/cm2/1e21POT/bin`: what counts stands
/// behind a slash, below a `#frac` or has a negative power, with its number before it. Contents without an
/// energy in their unit are numbers of neutrinos, one for each bin; with one, they are densities: per 50 MeV
/// whatever the width of the bin. `1/(cm^{2} GeV POT)`, `(m^{2} s sr GeV)^{-1}` and the like mean what they
/// say.
struct NUGAN_EXPORT FluxUnit {
  std::optional<double> area = {};   ///< cm²; none where it is not known
  std::optional<double> pot = {};    ///< protons on target; none where they are not known
  std::optional<double> width = {};  ///< GeV; none where the contents are per bin
  double scale = 1;
  bool per_time = false;  ///< per second, day or year, which leaves a shape

  /// In the words that flux_unit_from_user() reads, such as "/cm2/1e+21POT/0.05GeV".
  std::string text() const;

  bool operator==(const FluxUnit&) const = default;
};

/// The unit that a text names; none where it names none, or one that leaves doubts.
NUGAN_EXPORT std::optional<FluxUnit> parse_flux_unit(std::string_view text);

/// The unit in an axis title; none where the title is not that of a flux, for it names no area.
NUGAN_EXPORT std::optional<FluxUnit> flux_unit_from_title(std::string_view title);

/// The unit in `--flux-units`.
/// @throws Error where it names none
NUGAN_EXPORT FluxUnit flux_unit_from_user(std::string_view text);

/// GeV in the unit of the energies that "E in MeV" in `units` says or else the title of their axis; none
/// where neither does. A width such as 50 MeV and a density such as /MeV are not theirs.
NUGAN_EXPORT std::optional<double> energy_scale(std::string_view axis_title, std::string_view units = "");

/// The flux with contents of a unit.
/// @param edges     [K + 1], GeV
/// @param contents  [K], in the unit
/// @param unit      of the contents
/// @param name      of the flux, for messages
/// @throws Error as check(Flux) does
NUGAN_EXPORT Flux make_flux(std::vector<double> edges, std::vector<double> contents, const FluxUnit& unit,
                            const std::string& name);

}  // namespace nugan
