// The cases of tests/test_targets.py: probes and targets by name, and the models that have them
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nugan/Target.hpp>
#include <nugan/find_model.hpp>
#include <vector>

#include "catch.hpp"

namespace fs = std::filesystem;

namespace {

constexpr int H1 = 1000010010, C12 = 1000060120, O16 = 1000080160, Ar40 = 1000180400;

struct Case {
  const char* text;
  std::vector<std::pair<int, double>> fractions;
};

// Sets the folders of models; in the tests' only thread
class ModelsPath {
 public:
  explicit ModelsPath(const std::string& path) : before_(std::getenv("NUGAN_MODELS_PATH")) {
    ::setenv("NUGAN_MODELS_PATH", path.c_str(), 1);
  }
  ~ModelsPath() { ::setenv("NUGAN_MODELS_PATH", before_.c_str(), 1); }
  ModelsPath(const ModelsPath&) = delete;
  ModelsPath& operator=(const ModelsPath&) = delete;

 private:
  std::string before_;
};

}  // namespace

TEST_CASE("Probes have names and numbers", "[target]") {
  for (const auto& [text, pdg] : std::map<std::string, int>{
           {"numu", 14}, {"NuMuBar", -14}, {"14", 14}, {"-14", -14}, {"nue", 12}, {"-16", -16}}) {
    CHECK(nugan::parse_probe(text) == pdg);
  }
  for (const std::string text : {"", "mu", "13", "+14", "numub", "2212"})
    CHECK(error_of([&] { nugan::parse_probe(text); }) ==
          "probe '" + text +
              "': expected one of nue (12), nuebar (-12), numu (14), numubar (-14), nutau (16), nutaubar "
              "(-16)");
  CHECK(nugan::probe_name(-16) == "nutaubar");
  CHECK(nugan::probe_name(11) == "11");
}

TEST_CASE("Targets are nuclei, molecules and mixtures", "[target]") {
  const std::vector<Case> cases = {
      {"C12", {{C12, 1}}},
      {"Ar40", {{Ar40, 1}}},
      {"1000180400", {{Ar40, 1}}},
      {"C", {{C12, 1}}},
      {"Ar", {{Ar40, 1}}},
      {"C13", {{1000060130, 1}}},
      {"H2", {{1000010020, 1}}},
      {"O2", {{O16, 1}}},
      {"C60", {{C12, 1}}},
      {"Pb", {{1000822080, 1}}},
      {"U", {{1000922380, 1}}},
      {"H2O", {{H1, 2.0 / 18}, {O16, 16.0 / 18}}},
      {"CH", {{C12, 12.0 / 13}, {H1, 1.0 / 13}}},
      {"C8H8", {{C12, 12.0 / 13}, {H1, 1.0 / 13}}},
      {"C12=0.9,Ar40=0.1", {{C12, 0.9}, {Ar40, 0.1}}},
      {"C=0.25, C12=0.25, 1000180400=0.5", {{C12, 0.5}, {Ar40, 0.5}}},
      {"CH=0.5,H2O=0.5", {{C12, 6.0 / 13}, {H1, 0.5 / 13 + 1.0 / 18}, {O16, 8.0 / 18}}},
      {"C12=1", {{C12, 1}}}};
  for (const auto& [text, fractions] : cases) {
    CAPTURE(text);
    const auto found = nugan::parse_target(text);
    REQUIRE(found.size() == fractions.size());
    double sum = 0;
    for (std::size_t k = 0; k < found.size(); ++k) {
      CHECK(found[k].first == fractions[k].first);
      CHECK(found[k].second == Approx(fractions[k].second).epsilon(1e-12));
      sum += found[k].second;
    }
    CHECK(sum == Approx(1).epsilon(1e-12));
  }
}

TEST_CASE("What is no target is refused", "[target]") {
  const std::vector<std::pair<std::string, const char*>> cases = {
      {"", "expected a nucleus"},
      {"carbon", "expected a nucleus"},
      {"Xx", "no element 'Xx'"},
      {"Xx12", "no element 'Xx12'"},
      {"C0", "no element 'C0'"},
      {"C00", "no element 'C00'"},
      {"CH9999999999", "no element 'H9999999999'"},
      {"12C", "expected a nucleus"},
      {"(CH2)2", "expected a nucleus"},
      {"1000060000", "expected a nucleus"},
      {"1000060121", "expected a nucleus"},
      {"2212", "expected a nucleus"},
      {"C12,Ar40", "expected a nucleus"},
      {"C12=0.9,Ar40", "'Ar40' is no fraction above 0"},
      {"C12=0.9,Ar40=0", "'Ar40=0' is no fraction above 0"},
      {"C12=nan", "'C12=nan' is no fraction above 0"},
      {"C12=1,", "'' is no fraction above 0"},
      {"C12=-1,Ar40=2", "'C12=-1' is no fraction above 0"},
      {"C12=0.9,Ar40=0.2", "the fractions add up to 1.1, expected 1"}};
  for (const auto& [text, expected] : cases)
    CHECK(names(error_of([&] { nugan::parse_target(text); }), "target '" + text + "': ", expected));
}

TEST_CASE("Nuclei have names", "[target]") {
  CHECK(nugan::nucleus_name(H1) == "H1");
  CHECK(nugan::nucleus_name(Ar40) == "Ar40");
  CHECK(nugan::nucleus_name(1000822080) == "Pb208");
  for (const int pdg : {1001000000, 2212, 0, -1000060120, 1000060121, 1100060120})
    CHECK(nugan::nucleus_name(pdg) == std::to_string(pdg));
}

TEST_CASE("Models are found by probe and nucleus", "[target]") {
  REQUIRE(std::getenv("NUGAN_MODELS_PATH") != nullptr);
  const std::string toy = nugan::find_model("toy"), electron = nugan::find_model("electron");
  const fs::path folder = fs::path(toy).parent_path() / "by_target";
  fs::remove_all(folder);
  fs::create_directories(folder / "folder.pt");
  const ModelsPath path(folder.string());
  const auto error = [](int probe, int target) {
    return error_of([&] { nugan::find_model(probe, target); });
  };
  CHECK(names(error(12, O16), "no model of nue on O16; there is: "));  // perhaps the shipped ones
  std::ofstream(folder / "broken.pt") << "no archive";
  fs::copy(electron, folder / "mine.pt");
  fs::copy(toy, folder / "nue_O16_inc.pt");  // its name says what it is not
  CHECK(nugan::find_model(12, O16) == "mine");
  CHECK(names(error(16, Ar40), "no model of nutau on Ar40; there is: ", "nue on O16", "numu on C12"));
  fs::copy(electron, folder / "his.pt");
  CHECK(error(12, O16) == "several models of nue on O16: name one by --model, of his, mine");
  fs::copy(electron, folder / "nue_O16_inc.pt", fs::copy_options::overwrite_existing);
  CHECK(nugan::find_model(12, O16) == "nue_O16_inc");
  const auto models = nugan::list_models();
  CHECK(std::ranges::is_sorted(models));
  CHECK(std::ranges::includes(models, std::vector<std::string>{"broken", "his", "mine", "nue_O16_inc"}));
  CHECK(!std::ranges::binary_search(models, "folder"));
}
