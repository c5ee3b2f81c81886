#include <TClass.h>
#include <TError.h>
#include <TFile.h>
#include <TGraph.h>
#include <TH1.h>
#include <TKey.h>
#include <fcntl.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <nugan/Error.hpp>
#include <nugan/flux_objects.hpp>
#include <nugan/read_flux.hpp>
#include <nugan/root/read_flux.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "../../src/text/message.hpp"

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

// All objects of a file, folders included, with their cycles
void list(TDirectory& folder, const std::string& prefix, std::vector<RootObject>& objects) {
  for (const TObject* object : *folder.GetListOfKeys()) {
    const auto* key = static_cast<const TKey*>(object);
    const std::string name = prefix + key->GetName();
    objects.push_back({name, key->GetCycle(), key->GetClassName(), key->GetTitle()});
    if (std::string_view(key->GetClassName()).starts_with("TDirectory"))
      if (auto* inner = folder.GetDirectory(key->GetName())) list(*inner, name + "/", objects);
  }
}

template <class Object>
std::unique_ptr<Object> read(TFile& file, const std::string& path, const RootObject& object) {
  std::unique_ptr<Object> found(file.Get<Object>(message(object.name, ";", object.cycle).c_str()));
  if (!found) throw Error(message("cannot read flux ", path, ": ", object.name, " is damaged"));
  return found;
}

std::unique_ptr<TH1> read_histogram(TFile& file, const std::string& path, const RootObject& object) {
  auto histogram = read<TH1>(file, path, object);
  histogram->SetDirectory(nullptr);
  return histogram;
}

FluxTitles titles_of(const std::string& name, const char* title, const TH1* axes) {
  FluxTitles titles{.name = name, .title = title, .energies = {}, .contents = {}};
  if (axes) {
    titles.energies = axes->GetXaxis()->GetTitle();
    titles.contents = axes->GetYaxis()->GetTitle();
  }
  return titles;
}

Flux read_root(const std::string& path, const std::string& wanted, const std::string& units, int probe) {
  // what ROOT has to say of a damaged file goes into our message
  const Silence silence;
  const TDirectory::TContext context;  // the caller's folder stays the current one
  // by its descriptor, for ROOT takes what follows ? # | in a name for options
  const Descriptor descriptor(path);
  const auto file = std::make_unique<TFile>(descriptor.name().c_str(), "READ");
  if (file->IsZombie() || file->TestBit(TFile::kRecovered))
    throw Error(message("cannot read flux ", path, ": damaged, or no ROOT file"));
  std::vector<RootObject> objects;
  list(*file, "", objects);
  const auto is_graph = [](const RootObject& object) { return object.class_name.starts_with("TGraph"); };
  const auto contents_title = [&](const RootObject& object) -> std::string {
    if (is_graph(object)) return read<TGraph>(*file, path, object)->GetYaxis()->GetTitle();
    return read_histogram(*file, path, object)->GetYaxis()->GetTitle();
  };
  const auto chosen = choose_flux_object(path, objects, wanted, units, probe, contents_title);
  const std::string name = path.substr(path.rfind('/') + 1) + ":" + chosen.name;
  if (is_graph(chosen)) {
    const auto graph = read<TGraph>(*file, path, chosen);
    const auto count = static_cast<std::size_t>(graph->GetN());
    const std::vector<double> energies(graph->GetX(), graph->GetX() + count);
    return flux_from_points(energies, {graph->GetY(), graph->GetY() + count},
                            titles_of(name, graph->GetTitle(), graph->GetHistogram()), units);
  }
  const auto histogram = read_histogram(*file, path, chosen);
  std::vector<double> edges, contents;
  for (int k = 1; k <= histogram->GetNbinsX(); ++k) {
    edges.push_back(histogram->GetXaxis()->GetBinLowEdge(k));
    contents.push_back(histogram->GetBinContent(k));
  }
  edges.push_back(histogram->GetXaxis()->GetXmax());
  return flux_from_histogram(std::move(edges), std::move(contents),
                             titles_of(name, histogram->GetTitle(), histogram.get()), units);
}

}  // namespace

Flux read_flux(const std::string& source, const std::string& units, int probe, const std::string& columns) {
  const auto [path, histogram] = split_flux_source(source);
  std::ifstream file(path, std::ios::binary);
  char start[5] = {};
  if (!file || (file.read(start, 5), file.bad())) {
    std::string reason = std::strerror(errno);
    if (!reason.empty()) reason[0] = static_cast<char>(std::tolower(reason[0]));
    throw Error(message("cannot read flux ", path, ": ", reason));
  }
  const bool is_root = std::string_view(start, 5) == std::string_view("root", 5);
  check_flux_source({path, histogram}, is_root, columns);
  return is_root ? read_root(path, histogram, units, probe) : read_flux_text(path, units, columns, probe);
}

}  // namespace nugan::root
