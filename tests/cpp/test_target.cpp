// Models by probe and target; what is a probe and a target is in tests/test_targets.py
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nugan/Target.hpp>
#include <nugan/find_model.hpp>
#include <vector>

#include "catch.hpp"

namespace fs = std::filesystem;

namespace {

constexpr int H1 = 1000010010, C12 = 1000060120, O16 = 1000080160, Ar40 = 1000180400;

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

TEST_CASE("Targets keep the order of their text", "[target]") {
  const auto found = nugan::parse_target("Ar40=0.25,CH=0.75");
  REQUIRE(found.size() == 3);
  const std::vector<std::pair<int, double>> expected = {{Ar40, 0.25}, {C12, 0.75 * 12 / 13}, {H1, 0.75 / 13}};
  for (std::size_t k = 0; k < found.size(); ++k) {
    CHECK(found[k].first == expected[k].first);
    CHECK(found[k].second == Approx(expected[k].second).epsilon(1e-12));
  }
  CHECK(nugan::nucleus_name(nugan::parse_target("O").front().first) == "O16");
  CHECK(nugan::probe_name(nugan::parse_probe("NuMuBar")) == "numubar");
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
  CHECK(names(error(16, O16), "no model of nutau on O16; there is: "));  // perhaps the shipped ones
  CHECK(names(error(16, H1), "no model of nutau on hydrogen (H1); there is: "));
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
