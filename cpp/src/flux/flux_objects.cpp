#include <algorithm>
#include <charconv>
#include <map>
#include <nugan/Error.hpp>
#include <nugan/FluxUnit.hpp>
#include <nugan/flux_objects.hpp>
#include <utility>

#include "../text/ascii_text.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "energy_unit.hpp"
#include "flux_parts.hpp"

namespace nugan {

namespace {

constexpr const char* readable = "a TH1 or TGraph";

bool is_histogram(const RootObject& object) {
  return object.class_name.size() == 4 && object.class_name.starts_with("TH1");
}

bool holds_flux(const RootObject& object) {
  constexpr std::string_view graphs[] = {"TGraph", "TGraphErrors", "TGraphAsymmErrors"};
  return is_histogram(object) || std::ranges::count(graphs, object.class_name) > 0;
}

std::string join(const std::vector<std::string>& words, const char* separator = ", ") {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

std::string names_of(const std::vector<RootObject>& objects) {
  constexpr std::size_t most = 12;
  std::vector<std::string> names;
  for (const auto& one : objects) {
    if (names.size() == most && objects.size() > most + 1) {
      names.push_back(message("and ", objects.size() - most, " more"));
      break;
    }
    names.push_back(one.name);
  }
  return join(names);
}

// The objects with their highest cycle, in the order of the file
std::vector<RootObject> latest(const std::vector<RootObject>& objects) {
  std::vector<RootObject> out;
  for (const auto& one : objects) {
    const auto known = std::ranges::find(out, one.name, &RootObject::name);
    if (known == out.end())
      out.push_back(one);
    else if (one.cycle > known->cycle)
      *known = one;
  }
  return out;
}

// "TGraph flux, 2 TH2D (a, b)" for a file without a flux
std::string inventory(const std::vector<RootObject>& objects) {
  constexpr std::size_t most = 5;  // names of a class
  std::map<std::string, std::vector<std::string>> classes;
  for (const auto& one : objects) {
    const bool folder = one.class_name.starts_with("TDirectory");  // TDirectoryFile, as ROOT has it in memory
    classes[folder ? "folder" : one.class_name].push_back(one.name);
  }
  std::vector<std::string> parts;
  for (auto& [name, members] : classes) {
    const auto count = members.size();
    if (count > most) members.resize(most), members.push_back("...");
    parts.push_back(count == 1 ? name + " " + members[0]
                               : message(count, " ", name, " (", join(members), ")"));
  }
  return parts.empty() ? "nothing" : join(parts);
}

int neutrino_of(const RootObject& object) {
  const int named = neutrino_in(std::string_view(object.name).substr(object.name.rfind('/') + 1));
  return named ? named : neutrino_in(object.title);
}

RootObject find_wanted(const std::string& path, const std::vector<RootObject>& objects,
                       const std::vector<RootObject>& fluxes, const std::string& wanted) {
  const auto semicolon = std::min(wanted.rfind(';'), wanted.size());
  const std::string name = wanted.substr(0, semicolon),
                    text = wanted.substr(std::min(semicolon + 1, wanted.size()));
  std::vector<RootObject> cycles;
  std::ranges::copy_if(objects, std::back_inserter(cycles),
                       [&](const RootObject& o) { return o.name == name; });
  if (cycles.empty())
    throw Error(message("flux ", path, ": no histogram ", name,
                        "; there is: ", fluxes.empty() ? inventory(latest(objects)) : names_of(fluxes)));
  std::ranges::sort(cycles, {}, &RootObject::cycle);
  RootObject found = cycles.back();
  if (semicolon < wanted.size()) {
    int cycle = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), cycle);
    const auto known = std::ranges::find(cycles, cycle, &RootObject::cycle);
    if (error != std::errc{} || stop != text.data() + text.size() || known == cycles.end()) {
      std::vector<std::string> numbers;
      for (const auto& one : cycles) numbers.push_back(message(name, ";", one.cycle));
      throw Error(
          message("flux ", path, ": no cycle ", quoted(text), " of ", name, "; there is: ", join(numbers)));
    }
    found = *known;
  }
  if (!holds_flux(found))
    throw Error(message("flux ", path, ": ", name, " is a ", found.class_name, ", expected ", readable));
  return found;
}

FluxParts parts_of(std::vector<double> energies, std::vector<double> contents, const FluxTitles& titles) {
  const auto name = std::string_view(titles.name);
  int named = 0;
  // the name's last part, without file and folders; then what the titles say
  for (const auto text : {name.substr(name.find_last_of(":/") + 1), std::string_view(titles.title),
                          std::string_view(titles.contents), std::string_view(titles.energies)})
    if (named == 0) named = neutrino_in(text);
  return {.energies = std::move(energies),
          .contents = std::move(contents),
          .name = titles.name,
          .named_for = named};
}

Flux with_units(FluxParts parts, const FluxTitles& titles, const std::string& units) {
  const std::string where = titles.contents.empty() ? "its y axis, which has no title, has no flux unit"
                                                    : message("the title of its y axis, ",
                                                              quoted(titles.contents), ", has no flux unit");
  const auto unit = choose_flux_unit(units, flux_unit_from_title(titles.contents), titles.name, where);
  return assemble_flux(std::move(parts), unit, energy_scale(titles.energies, units), units);
}

}  // namespace

RootObject choose_flux_object(const std::string& path, const std::vector<RootObject>& objects,
                              const std::string& wanted, const std::string& units, int probe,
                              const std::function<std::string(const RootObject&)>& contents_title) {
  std::vector<RootObject> fluxes;
  std::ranges::copy_if(latest(objects), std::back_inserter(fluxes), holds_flux);
  if (!wanted.empty()) return find_wanted(path, objects, fluxes, wanted);
  if (fluxes.empty())
    throw Error(message("flux ", path, ": no TH1 or TGraph in it, but ", inventory(latest(objects))));
  if (std::ranges::any_of(fluxes, is_histogram))
    std::erase_if(fluxes, [](const RootObject& one) { return !is_histogram(one); });
  std::vector<RootObject> candidates;
  for (const auto& one : fluxes) {
    const int named = neutrino_of(one);
    if (named == probe || (fluxes.size() == 1 && (named == 0 || probe == 0))) candidates.push_back(one);
  }
  if (candidates.size() > 1 && without_energy_unit(units).empty()) {
    std::vector<RootObject> with_unit;
    std::ranges::copy_if(candidates, std::back_inserter(with_unit), [&](const RootObject& one) {
      return flux_unit_from_title(contents_title(one)).has_value();
    });
    if (!with_unit.empty()) candidates = std::move(with_unit);
  }
  if (candidates.size() != 1) {
    const auto count =
        candidates.empty() ? std::string("no histogram") : message(candidates.size(), " histograms");
    const auto whose = probe == 0 ? std::string() : message(" for the probe ", probe);
    throw Error(message("flux ", path, ": ", count, whose, "; name one, ", path,
                        ":HISTOGRAM, of: ", names_of(fluxes)));
  }
  return candidates.front();
}

Flux flux_from_histogram(std::vector<double> edges, std::vector<double> contents, const FluxTitles& titles,
                         const std::string& units) {
  return with_units(parts_of(std::move(edges), std::move(contents), titles), titles, units);
}

Flux flux_from_points(const std::vector<double>& energies, const std::vector<double>& values,
                      const FluxTitles& titles, const std::string& units) {
  FluxParts parts = parts_of(energies, values, titles);
  parts.points = true;
  parts.reading = points_reading;
  return with_units(std::move(parts), titles, units);
}

}  // namespace nugan
