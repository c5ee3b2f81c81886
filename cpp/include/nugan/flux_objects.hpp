#pragma once

#include <functional>
#include <nugan/Flux.hpp>
#include <nugan/export.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace nugan {

/// PDG number of the one neutrino that a name or title names, such as `numub`, `hEnumu_cv`, `NuMuBar` or
/// `#bar{#nu}_{#mu}`; 0 where it names none, or several.
NUGAN_EXPORT int neutrino_in(std::string_view name);

/// An object of a ROOT file, as a reader of such files lists it.
struct RootObject {
  std::string name;        ///< with its folders, near/numu
  int cycle = 1;           ///< as behind the semicolon of numu;1
  std::string class_name;  ///< TH1D
  std::string title = {};  ///< of the object, not of its axes
};

/// The object that holds the flux: a TH1, or a TGraph whose points are joined by straight lines.
///
/// It is the one that is wanted; or else the only one that may be of the probe, by its name or title. Without
/// a cycle the highest one counts, as in ROOT.
/// @param path            the file, for messages
/// @param objects         all that the file holds
/// @param wanted          NAME or NAME;CYCLE; empty where none was named
/// @param units           the user's, or empty
/// @param probe           PDG number of the neutrino; 0 where it is not known
/// @param contents_title  title of the contents' axis of an object
/// @throws Error for no such object or cycle, one of another class, none or several that may be meant
NUGAN_EXPORT RootObject choose_flux_object(
    const std::string& path, const std::vector<RootObject>& objects, const std::string& wanted,
    const std::string& units, int probe, const std::function<std::string(const RootObject&)>& contents_title);

/// Titles that say what the numbers of a histogram are.
struct FluxTitles {
  std::string name;        ///< of the flux, FILE:HISTOGRAM
  std::string title = {};  ///< of the histogram
  std::string energies;    ///< of the axis of energies
  std::string contents;    ///< of the axis of contents
};

/// The flux in a histogram.
/// @param edges     [K + 1], in the unit of its axis
/// @param contents  [K], in the unit of `units` or of the contents' title
/// @param titles    of the histogram
/// @param units     the user's; empty for none
/// @throws Error for no unit, energies whose unit nothing says and that look like MeV, contents that are no
///     flux
NUGAN_EXPORT Flux flux_from_histogram(std::vector<double> edges, std::vector<double> contents,
                                      const FluxTitles& titles, const std::string& units = "");

/// The flux in a curve of points that are joined by straight lines: a histogram of narrow bins with the
/// integrals of the lines, zero outside.
/// @param energies  [N], rising, in the unit of its axis
/// @param values    [N], per energy
/// @param titles    of the curve
/// @param units     the user's; empty for none
/// @throws Error as flux_from_histogram does; for a unit per bin
NUGAN_EXPORT Flux flux_from_points(const std::vector<double>& energies, const std::vector<double>& values,
                                   const FluxTitles& titles, const std::string& units = "");

}  // namespace nugan
