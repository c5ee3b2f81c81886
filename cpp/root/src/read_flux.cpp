#include <TClass.h>
#include <TError.h>
#include <TFile.h>
#include <TH1.h>
#include <TKey.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <nugan/Error.hpp>
#include <nugan/FluxUnit.hpp>
#include <nugan/read_flux.hpp>
#include <nugan/root/read_flux.hpp>
#include <string_view>
#include <vector>

#include "../../src/message.hpp"

namespace nugan::root {

namespace {

/// ROOT prints nothing meanwhile.
class Silence {
 public:
  Silence() { gErrorIgnoreLevel = kFatal; }
  ~Silence() { gErrorIgnoreLevel = level_; }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  const int level_ = gErrorIgnoreLevel;
};

/// An open file under a name without any marks.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  std::string name() const { return message("/proc/self/fd/", number_); }

 private:
  const int number_;
};

struct Found {
  std::string name;
  std::string class_name;
  bool is_flux = false;  ///< a histogram of one dimension
};

std::string join(const std::vector<Found>& histograms) {
  std::string names;
  for (const auto& one : histograms) names += (names.empty() ? "" : ", ") + one.name;
  return names;
}

// All objects of a file, folders included, each name once
void list(TDirectory& folder, const std::string& prefix, std::vector<Found>& found) {
  for (const TObject* object : *folder.GetListOfKeys()) {
    const auto* key = static_cast<const TKey*>(object);
    const std::string name = prefix + key->GetName(), class_name = key->GetClassName();
    if (std::ranges::any_of(found, [&](const Found& other) { return other.name == name; })) continue;
    const bool flux = class_name.size() == 4 && class_name.starts_with("TH1");
    found.push_back({name, class_name, flux});
    if (class_name.starts_with("TDirectory"))
      if (auto* inner = folder.GetDirectory(key->GetName())) list(*inner, name + "/", found);
  }
}

Flux to_flux(const TH1& histogram, const std::string& name, const std::string& units) {
  if (histogram.GetDimension() != 1)
    throw Error(
        message("flux ", name, ": a histogram of ", histogram.GetDimension(), " dimensions, expected one"));
  const std::string title = histogram.GetYaxis()->GetTitle();
  const auto unit = units.empty() ? flux_unit_from_title(title) : flux_unit_from_user(units);
  if (!unit)
    throw NoUnitError(message("flux ", name, ": its contents' title '", title,
                              "' names no unit of a flux; give --flux-units ", flux_unit_help));
  const double scale = energy_scale(histogram.GetXaxis()->GetTitle(), units);
  std::vector<double> edges, contents;
  for (int k = 1; k <= histogram.GetNbinsX(); ++k) {
    edges.push_back(histogram.GetXaxis()->GetBinLowEdge(k) * scale);
    contents.push_back(histogram.GetBinContent(k));
  }
  edges.push_back(histogram.GetXaxis()->GetXmax() * scale);
  return make_flux(std::move(edges), std::move(contents), *unit, name);
}

// The histogram of the probe, if there is no doubt which it is
std::string only_one(TFile& file, const std::string& path, const std::vector<Found>& histograms,
                     const std::string& units, int probe) {
  std::vector<Found> candidates;
  for (const auto& one : histograms) {
    const int named = neutrino_in(one.name);
    if (named == probe || (histograms.size() == 1 && named == 0)) candidates.push_back(one);
  }
  if (candidates.size() > 1 && units.empty()) {
    std::vector<Found> with_unit;
    for (const auto& one : candidates)
      if (const auto* histogram = file.Get<TH1>(one.name.c_str());
          histogram && flux_unit_from_title(histogram->GetYaxis()->GetTitle()))
        with_unit.push_back(one);
    if (!with_unit.empty()) candidates = with_unit;
  }
  if (candidates.size() != 1) {
    const auto count =
        candidates.empty() ? std::string("no histogram") : message(candidates.size(), " histograms");
    throw Error(message("flux ", path, ": ", count, " for the probe ", probe, "; name one, ", path,
                        ":HISTOGRAM, of: ", join(histograms)));
  }
  return candidates.front().name;
}

Flux read_root(const std::string& path, const std::string& histogram, const std::string& units, int probe) {
  // what ROOT has to say of a damaged file goes into our message
  const Silence silence;
  const TDirectory::TContext context;  // the caller's folder stays the current one
  // by its descriptor, for ROOT takes what follows ? # | in a name for options
  const Descriptor descriptor(path);
  const auto file = std::make_unique<TFile>(descriptor.name().c_str(), "READ");
  if (file->IsZombie() || file->TestBit(TFile::kRecovered))
    throw Error(message("cannot read flux ", path, ": damaged, or no ROOT file"));
  std::vector<Found> all, known;
  list(*file, "", all);
  for (const auto& one : all) {
    if (one.is_flux) known.push_back(one);
    if (one.name == histogram && !one.is_flux)
      throw Error(message("flux ", path, ": ", histogram, " is a ", one.class_name, ", expected a TH1"));
  }
  if (known.empty()) throw Error(message("flux ", path, ": no TH1 in it"));
  if (!histogram.empty() && std::ranges::none_of(known, [&](const Found& f) { return f.name == histogram; }))
    throw Error(message("flux ", path, ": no histogram ", histogram, "; there is: ", join(known)));
  const auto chosen = histogram.empty() ? only_one(*file, path, known, units, probe) : histogram;
  const std::unique_ptr<TH1> read(file->Get<TH1>(chosen.c_str()));
  if (read) read->SetDirectory(nullptr);
  if (!read) throw Error(message("cannot read flux ", path, ": ", chosen, " is damaged"));
  return to_flux(*read, path.substr(path.rfind('/') + 1) + ":" + chosen, units);
}

}  // namespace

Flux read_flux(const std::string& source, const std::string& units, int probe) {
  const auto [path, histogram] = split_flux_source(source);
  std::ifstream file(path, std::ios::binary);
  char start[5] = {};
  if (!file || (file.read(start, 5), file.bad()))
    throw Error(message("cannot read flux ", path, ": ", std::strerror(errno)));
  if (std::string_view(start, 5) == std::string_view("root", 5))
    return read_root(path, histogram, units, probe);
  if (!histogram.empty())
    throw Error(message("flux ", path, ": it is no ROOT file and has no histogram ", histogram));
  return read_flux_text(path, units);
}

}  // namespace nugan::root
