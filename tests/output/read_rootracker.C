// Reads a gRooTracker file as edep-sim does: all branches bound by address into arrays of fixed size, entries
// visited with a stride. Prints what was found as JSON. It shares no code with the writer.

#include <TBits.h>
#include <TFile.h>
#include <TObjString.h>
#include <TTree.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <string>

namespace rootracker {

constexpr int kMost = 4000;

int number, particles, pdg[kMost], status[kMost], rescattered[kMost];
int first_daughter[kMost], last_daughter[kMost], first_mother[kMost], last_mother[kMost];
unsigned int phase_space;
double sigma, differential, weight, probability, vertex[4];
double x4[kMost][4], p4[kMost][4], polarisation[kMost][3];
int parent, decay_mode, parent_vertex;
double decay_p4[4], decay_x4[4], production_p4[4], production_x4[4];
TBits* flags = nullptr;
TObjString* code = nullptr;

int bind(TTree* tree) {
  int refused = 0;
  auto set = [&](const char* name, auto* address) {
    if (tree->SetBranchAddress(name, address) != 0) {
      ++refused;
      std::fprintf(stderr, "cannot bind %s\n", name);
    }
  };
  set("EvtFlags", &flags);
  set("EvtCode", &code);
  set("EvtNum", &number);
  set("EvtXSec", &sigma);
  set("EvtDXSec", &differential);
  set("EvtKPS", &phase_space);
  set("EvtWght", &weight);
  set("EvtProb", &probability);
  set("EvtVtx", vertex);
  set("StdHepN", &particles);
  set("StdHepPdg", pdg);
  set("StdHepStatus", status);
  set("StdHepRescat", rescattered);
  set("StdHepX4", x4);
  set("StdHepP4", p4);
  set("StdHepPolz", polarisation);
  set("StdHepFd", first_daughter);
  set("StdHepLd", last_daughter);
  set("StdHepFm", first_mother);
  set("StdHepLm", last_mother);
  set("NuParentPdg", &parent);
  set("NuParentDecMode", &decay_mode);
  set("NuParentDecP4", decay_p4);
  set("NuParentDecX4", decay_x4);
  set("NuParentProP4", production_p4);
  set("NuParentProX4", production_x4);
  set("NuParentProNVtx", &parent_vertex);
  return refused;
}

// What no event may have, whatever the model.
bool wrong() {
  if (particles != 4 || probability != 1 || differential != 0 || phase_space != 0) return true;
  if (flags->GetNbits() != 16 || flags->CountBits() != 0) return true;
  if (parent != 0 || decay_mode != 0 || parent_vertex != 0) return true;
  for (int k = 0; k < 4; ++k) {
    if (decay_p4[k] != 0 || decay_x4[k] != 0 || production_p4[k] != 0 || production_x4[k] != 0) return true;
    double gained = p4[2][k] + p4[3][k] - p4[0][k] - p4[1][k];
    if (std::fabs(gained) > 1e-12 * p4[1][3]) return true;
    for (int i = 0; i < particles; ++i)
      if (x4[i][k] != 0 || (k < 3 && polarisation[i][k] != 0)) return true;
  }
  int tracked = 0;
  for (int i = 0; i < particles; ++i) {
    tracked += status[i] == 1;
    if (rescattered[i] != -1 || last_mother[i] != -1 || first_daughter[i] != last_daughter[i]) return true;
    int mother = first_mother[i];
    if (mother >= 0 && (first_daughter[mother] != i || status[mother] != 0)) return true;
    if ((mother < 0) != (status[i] == 0)) return true;
  }
  return tracked != 1 || status[0] != 0 || status[1] != 0;
}

double mass_squared(const double* p) {
  return p[3] * p[3] - p[0] * p[0] - p[1] * p[1] - p[2] * p[2];
}

}  // namespace rootracker

void read_rootracker(const char* path) {
  using namespace rootracker;
  TFile* file = TFile::Open(path);
  auto* tree = dynamic_cast<TTree*>(file->Get("gRooTracker"));
  int refused = rootracker::bind(tree);
  Long64_t entries = tree->GetEntries(), failures = 0, stride = entries % 17 ? 17 : 19;
  std::map<std::string, long> codes;
  std::map<int, long> kinds;
  double energies[4] = {}, muon[4] = {}, place[4] = {}, sigmas = 0, weights = 0, tied = 0, off_shell = 0;
  for (Long64_t i = 0, entry = 0; i < entries; ++i, entry = (entry + stride) % entries) {
    if (tree->GetEntry(entry) <= 0) ++failures;
    failures += number != entry || rootracker::wrong();
    ++codes[code->GetString().Data()];
    for (int k = 0; k < 4; ++k) {
      ++kinds[pdg[k]];
      energies[k] += p4[k][3];
      muon[k] += p4[3][k];
      place[k] += vertex[k];
    }
    sigmas += sigma;
    weights += weight;
    tied += (number % 1000) * p4[3][2] + vertex[0] * weight;
    off_shell = std::fmax(off_shell, std::fabs(mass_squared(p4[3]) - 0.1056583755 * 0.1056583755) / p4[3][3]);
    off_shell = std::fmax(off_shell, std::fabs(mass_squared(p4[0])) / p4[0][3]);
  }
  tree->ResetBranchAddresses();
  std::printf("ANSWER{\"refused\": %d, \"entries\": %lld, \"failures\": %lld, \"tree_weight\": %.17g,",
              refused, entries, failures, tree->GetWeight());
  auto list = [](const char* name, const double* values) {
    std::printf(" \"%s\": [%.17g, %.17g, %.17g, %.17g],", name, values[0], values[1], values[2], values[3]);
  };
  list("energies", energies);
  list("muon", muon);
  list("vertex", place);
  std::printf(" \"codes\": {");
  for (auto [name, n] : codes)
    std::printf("%s\"%s\": %ld", name == codes.begin()->first ? "" : ", ", name.c_str(), n);
  std::printf("}, \"kinds\": {");
  for (auto [kind, n] : kinds)
    std::printf("%s\"%d\": %ld", kind == kinds.begin()->first ? "" : ", ", kind, n);
  std::printf(
      "}, \"sigma\": %.17g, \"weights\": %.17g, \"tied\": %.17g, \"off_shell\": %.17g, \"recovered\": %d}\n",
      sigmas, weights, tied, off_shell, file->TestBit(TFile::kRecovered));
  file->Close();
}
