// A TTree gRooTracker as GENIE's gntpc writes it and edep-sim reads it: neutrino, target, what the muon
// leaves of them (GENIE's hadronic blob, not tracked), and the muon.

#include <TBits.h>
#include <TFile.h>
#include <TObjString.h>
#include <TTree.h>

#include <array>
#include <cmath>
#include <map>
#include <nugan/Constants.hpp>
#include <nugan/cross_section_at.hpp>
#include <optional>
#include <vector>

#include "../../src/message.hpp"
#include "nuclear_mass.hpp"
#include "writers.hpp"

namespace nugan::root {

namespace {

constexpr int cluster = 10'000;
constexpr int particles = 4;
constexpr int remnant = 2000000002;
constexpr int hydrogen = 1000010010, proton = 2212, neutron = 2112;

/// The leaves, by GENIE's names; what the models do not know stays 0.
struct Leaves {
  int EvtNum;
  double EvtXSec, EvtDXSec;
  unsigned int EvtKPS;
  double EvtWght, EvtProb = 1;
  double EvtVtx[4];
  int StdHepN = particles;
  int StdHepPdg[particles];
  int StdHepStatus[particles] = {0, 0, 15, 1};
  int StdHepRescat[particles] = {-1, -1, -1, -1};
  double StdHepX4[particles][4], StdHepP4[particles][4], StdHepPolz[particles][3];
  // the neutrino becomes the muon, the target the remnant
  int StdHepFd[particles] = {3, 2, -1, -1}, StdHepLd[particles] = {3, 2, -1, -1};
  int StdHepFm[particles] = {-1, -1, 1, 0}, StdHepLm[particles] = {-1, -1, -1, -1};
  int NuParentPdg, NuParentDecMode;
  double NuParentDecP4[4], NuParentDecX4[4], NuParentProP4[4], NuParentProX4[4];
  int NuParentProNVtx;
};

/// What depends on the target only.
struct OfTarget {
  TString code;
  std::optional<double> sigma;         ///< per nucleon, 1e-38 cm², averaged over a flux or at one energy
  std::vector<double> xsec_enu, xsec;  ///< otherwise at an event's energy; empty where the model has none
  double mass;                         ///< GeV
  int pdg;
  int nucleons;

  double cross_section(double enu) const {  // per nucleus
    if (sigma) return *sigma * nucleons;
    return xsec.size() < 2 ? 0 : cross_section_at(xsec_enu, xsec, enu) * nucleons;
  }
};

class RootrackerWriter final : public EventWriter {
 public:
  RootrackerWriter(std::unique_ptr<AtomicFile> file, Run run)
      : EventWriter(std::move(run)), file_(std::move(file)) {
    file_->with([&](TFile& root) {
      tree_ = new TTree("gRooTracker", "GENIE event tree rootracker format", 99, &root);  // the file owns it
      tree_->SetAutoFlush(cluster);
      tree_->SetAutoSave(0);
      tree_->Branch("EvtFlags", "TBits", &flags_pointer_, 32000, 1);
      tree_->Branch("EvtCode", "TObjString", &code_pointer_, 32000, 1);
      make_branches();
    });
  }

  void write(const Events& events) override {
    const int target = main_target(run_);
    file_->with([&](TFile&) {
      for (std::size_t i = 0; i < events.size(); ++i) fill(events[i], target);
    });
    events_ += std::ssize(events.iev);
  }

  void close() override {
    file_->with([&](TFile& root) {
      tree_->SetWeight(run_.pot.value_or(1));
      tree_->Write();
      TObjString text(to_json(run_, events_, false).c_str());
      root.WriteTObject(&text, metadata_name);
    });
    file_->close();
  }

 private:
  void make_branches() {
    auto& l = leaves_;
    const auto make = [&](void* address, const char* leaf) {
      const std::string text(leaf);
      tree_->Branch(text.substr(0, text.find_first_of("[/")).c_str(), address, leaf);
    };
    make(&l.EvtNum, "EvtNum/I");
    make(&l.EvtXSec, "EvtXSec/D");
    make(&l.EvtDXSec, "EvtDXSec/D");
    make(&l.EvtKPS, "EvtKPS/i");
    make(&l.EvtWght, "EvtWght/D");
    make(&l.EvtProb, "EvtProb/D");
    make(l.EvtVtx, "EvtVtx[4]/D");
    make(&l.StdHepN, "StdHepN/I");
    make(l.StdHepPdg, "StdHepPdg[StdHepN]/I");
    make(l.StdHepStatus, "StdHepStatus[StdHepN]/I");
    make(l.StdHepRescat, "StdHepRescat[StdHepN]/I");
    make(l.StdHepX4, "StdHepX4[StdHepN][4]/D");
    make(l.StdHepP4, "StdHepP4[StdHepN][4]/D");
    make(l.StdHepPolz, "StdHepPolz[StdHepN][3]/D");
    make(l.StdHepFd, "StdHepFd[StdHepN]/I");
    make(l.StdHepLd, "StdHepLd[StdHepN]/I");
    make(l.StdHepFm, "StdHepFm[StdHepN]/I");
    make(l.StdHepLm, "StdHepLm[StdHepN]/I");
    make(&l.NuParentPdg, "NuParentPdg/I");
    make(&l.NuParentDecMode, "NuParentDecMode/I");
    make(l.NuParentDecP4, "NuParentDecP4[4]/D");
    make(l.NuParentDecX4, "NuParentDecX4[4]/D");
    make(l.NuParentProP4, "NuParentProP4[4]/D");
    make(l.NuParentProX4, "NuParentProX4[4]/D");
    make(&l.NuParentProNVtx, "NuParentProNVtx/I");
  }

  void fill(const Event& e, int usual_target) {
    const OfTarget& target = of_target(e.tgt ? e.tgt : usual_target);
    auto& l = leaves_;
    code_.SetString(target.code);
    l.EvtNum = e.iev;
    l.EvtXSec = target.cross_section(e.Ev);
    l.EvtWght = e.wght;
    const double vertex[4] = {e.vtxx, e.vtxy, e.vtxz, e.vtxt};
    std::copy(vertex, vertex + 4, l.EvtVtx);
    const int lepton = run_.probe > 0 ? run_.probe - 1 : run_.probe + 1;
    const int pdg[particles] = {run_.probe, target.pdg, remnant, lepton};
    std::copy(pdg, pdg + particles, l.StdHepPdg);
    const auto set = [&](int particle, double x, double y, double z, double mass) {
      auto& p = l.StdHepP4[particle];
      p[0] = x;
      p[1] = y;
      p[2] = z;
      p[3] = std::sqrt(x * x + y * y + z * z + mass * mass);
    };
    set(0, e.pxv, e.pyv, e.pzv, 0);
    set(1, 0, 0, 0, target.mass);
    set(3, e.pxl, e.pyl, e.pzl, muon_mass);
    for (int k = 0; k < 4; ++k) l.StdHepP4[2][k] = l.StdHepP4[0][k] + l.StdHepP4[1][k] - l.StdHepP4[3][k];
    tree_->Fill();
  }

  const OfTarget& of_target(int target) {
    if (const auto found = targets_.find(target); found != targets_.end()) return found->second;
    OfTarget found{.sigma = run_.sigma,
                   .mass = nuclear_mass(target),
                   .pdg = target == hydrogen ? proton : target,
                   .nucleons = target / 10 % 1000};
    bool quasielastic = false;
    for (const auto& model : run_.models)
      if (model.target == target) {
        if (model.sigma) found.sigma = model.sigma;
        found.xsec_enu = model.xsec_enu;
        found.xsec = model.xsec;
        quasielastic = model.interaction == "CC quasielastic";
      }
    // the struck nucleon and the kind of scattering only where they are known
    const std::string nucleon =
        quasielastic ? message("N:", run_.probe > 0 ? neutron : proton, ";") : std::string();
    found.code = message("nu:", run_.probe, ";tgt:", target, ";", nucleon, "proc:Weak[CC],",
                         quasielastic ? "QES" : "Unknown", ";");
    return targets_.emplace(target, std::move(found)).first->second;
  }

  std::unique_ptr<AtomicFile> file_;
  TTree* tree_ = nullptr;
  TBits flags_{16};
  TObjString code_;
  TBits* flags_pointer_ = &flags_;
  TObjString* code_pointer_ = &code_;
  Leaves leaves_{};
  std::map<int, OfTarget> targets_;
};

}  // namespace

std::unique_ptr<EventWriter> make_rootracker_writer(std::unique_ptr<AtomicFile> file, Run run) {
  return std::make_unique<RootrackerWriter>(std::move(file), std::move(run));
}

}  // namespace nugan::root
