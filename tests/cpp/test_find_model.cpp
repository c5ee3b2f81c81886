#include <cstdlib>
#include <filesystem>
#include <nugan/find_model.hpp>

#include "catch.hpp"

namespace fs = std::filesystem;

TEST_CASE("Models are found by name, paths are taken as they are", "[find_model]") {
  REQUIRE(std::getenv("NUGAN_MODELS_PATH") != nullptr);
  CHECK(fs::equivalent(nugan::find_model("toy"), fs::path(std::getenv("NUGAN_MODELS_PATH")) / "toy.pt"));
  CHECK(nugan::find_model("somewhere/else") == "somewhere/else");
  CHECK(nugan::find_model("local.pt") == "local.pt");
}

TEST_CASE("An unknown name lists the models there are", "[find_model]") {
  CHECK(names(error_of([] { nugan::find_model("nosuch"); }), "'nosuch'", "there is", "odd", "toy"));
}
