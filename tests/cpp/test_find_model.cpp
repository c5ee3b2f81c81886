#include <cstdlib>
#include <filesystem>
#include <nugan/find_model.hpp>

#include "catch.hpp"

namespace fs = std::filesystem;

TEST_CASE("Models are found by name and by path", "[find_model]") {
  REQUIRE(std::getenv("NUGAN_MODELS_PATH") != nullptr);
  CHECK(fs::equivalent(nugan::find_model("toy"), fs::path(std::getenv("NUGAN_MODELS_PATH")) / "toy.pt"));
  const auto path = nugan::find_model("toy");
  CHECK(nugan::find_model(path) == path);
  CHECK(error_of([] { nugan::find_model("somewhere/else"); }) == "no model file somewhere/else");
  CHECK(error_of([] { nugan::find_model("local.pt"); }) == "no model file local.pt");
}

TEST_CASE("The suffixes of a process's plain name may be given", "[find_model]") {
  CHECK(nugan::find_model("toy_100k") == nugan::find_model("toy"));
  CHECK(nugan::find_model("toy_100k_flow") == nugan::find_model("toy"));
  CHECK_THROWS(nugan::find_model("toy_10k"));
  CHECK_THROWS(nugan::find_model("t_100koy"));
}

TEST_CASE("An unknown name lists the models there are", "[find_model]") {
  CHECK(names(error_of([] { nugan::find_model("nosuch"); }), "'nosuch'", "there is", "odd", "toy"));
}
