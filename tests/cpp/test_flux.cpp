// The cases of tests/test_flux.py: histograms, tables of text, names of files and histograms
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nugan/FluxUnit.hpp>
#include <nugan/read_flux.hpp>
#include <random>
#include <vector>

#include "catch.hpp"

namespace fs = std::filesystem;

using nugan::Flux;

namespace {

// A folder of its own for the files of a test
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("nugan-flux-" + std::to_string(std::random_device{}()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

Flux read(const std::string& text, const std::string& units = "") {
  const Folder folder;
  return nugan::read_flux_text(folder.write("a.csv", text), units);
}

void check_numbers(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t k = 0; k < found.size(); ++k) CHECK(found[k] == Approx(expected[k]).epsilon(1e-12));
}

}  // namespace

TEST_CASE("A flux has the density of its bins and their integral", "[flux]") {
  const Flux flux{.edges = {0, 0.5, 1, 3}, .density = {2, 4, 1}};
  CHECK(flux.unit == nugan::arbitrary);
  CHECK(flux.name == "flux");
  CHECK(flux.contents.empty());
  CHECK(flux(-0.1) == 0);
  CHECK(flux(0) == 2);
  CHECK(flux(0.5) == 4);
  CHECK(flux(2.9) == 1);
  CHECK(flux(3) == 0);
  CHECK(flux(std::nan("")) == 0);
  CHECK(flux.integral() == Approx(1 + 2 + 2));
  CHECK(flux.integral(0.25, 2) == Approx(0.5 + 2 + 1));
  CHECK(flux.integral(3, 10) == 0);
}

TEST_CASE("A part of a flux keeps its density", "[flux]") {
  const Flux flux{.edges = {0, 0.5, 1, 3}, .density = {2, 4, 4}, .unit = nugan::per_pot, .name = "a"};
  const auto part = flux.between(0.25, 2);
  CHECK(part.edges == std::vector<double>{0.25, 0.5, 1, 2});
  CHECK(part.density == std::vector<double>{2, 4, 4});
  CHECK(part.unit == nugan::per_pot);
  CHECK(part.name == "a");
  CHECK(part.integral() == Approx(6.5));
  CHECK(flux.between(0, 10).edges == flux.edges);
  CHECK(flux.between(0.5, 1).edges == std::vector<double>{0.5, 1});
  CHECK(error_of([&] { flux.between(3, 10); }) == "a: no flux between 3 and 10 GeV");
}

TEST_CASE("Numbers that are no flux are refused", "[flux]") {
  const auto error = [](const std::vector<double>& edges, const std::vector<double>& density) {
    return error_of([&] { nugan::check({.edges = edges, .density = density, .name = "a"}); });
  };
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  CHECK(error({0, 1}, {1}).empty());
  CHECK(error({0, 1, 2}, {1}) == "a: shapes (3,) and (1,); expected edges [K + 1] and density [K]");
  CHECK(names(error({0}, {}), "expected edges [K + 1]"));
  for (const auto& edges : {std::vector<double>{0, 2, 1}, {0, 1, 1}, {0, 1, inf}, {nan, 1, 2}})
    CHECK(error(edges, {1, 1}) == "a: expected bin edges that rise");
  CHECK(error({0, 0.5, 1}, {1, -2}) == "a: -2 in the bin from 0.5 to 1 GeV; expected a number of at least 0");
  CHECK(names(error({0, 1}, {nan}), "a: nan in the bin from 0 to 1 GeV"));
  CHECK(names(error({0, 1}, {-nan}), "a: nan in the bin from 0 to 1 GeV"));
  CHECK(names(error({0, 1}, {inf}), "a: inf in the bin from 0 to 1 GeV"));
  CHECK(error({0, 1, 2}, {0, 0}) == "a: all bins are zero");
}

TEST_CASE("Tables of text are read with their unit", "[flux]") {
  for (const char* text :
       {"# low [GeV]  high [GeV]  flux [/m2/POT]\n0 0.5 1\n0.5 1 2\n1 3 8\n",
        "low, high, flux (/m2/POT)\r\n0, 0.5, 1\r\n0.5, 1, 2\r\n1, 3, 8\r\n",
        "\xEF\xBB\xBFlow, high, flux (/m²/POT)\n0, 0.5, 1\n0.5, 1, 2\n1, 3, 8",
        "T2K-like\n#bin  #bin_enu[GeV/c]  #Flux[/m^{2}/POT]\n0  [0,0.5]  1\n1  [0.5,1]  2\n2  [1,3]  8\n\n",
        "#E [MeV]\t[/m2/POT/bin]\n250 1\n750 2\n2000 8  # the tail\n"}) {
    CAPTURE(text);
    const auto flux = read(text);
    check_numbers(flux.edges, {0, 0.5, 1, 3});
    check_numbers(flux.density, {2e-4, 4e-4, 4e-4});
    CHECK(flux.unit == nugan::per_pot);
    CHECK(flux.contents == "/m2/POT/bin");
    CHECK(flux.name == "a.csv");
  }
}

TEST_CASE("The unit of a table may be said", "[flux]") {
  const std::string table = "0.25 1\n0.75 2\n1.25 8\n";
  CHECK(names(error_of([&] { read(table); }),
              "a.csv: no unit of a flux above its table; give --flux-units such as"));
  const auto flux = read(table, "/0.5GeV");
  check_numbers(flux.edges, {0, 0.5, 1, 1.5});
  check_numbers(flux.density, {2, 4, 16});
  CHECK(flux.unit == nugan::arbitrary);
  check_numbers(read(table, "E in MeV /GeV").edges, {0, 5e-4, 1e-3, 1.5e-3});
  CHECK(names(error_of([&] { read(table, "furlongs"); }), "flux units 'furlongs': expected a unit such as"));
}

TEST_CASE("A first row behind a byte order mark is a row", "[flux]") {
  check_numbers(read("\xEF\xBB\xBF"
                     "0 0.5 1\n0.5 1 2\n",
                     "/GeV")
                    .edges,
                {0, 0.5, 1});
}

TEST_CASE("Tables that hold no flux are refused", "[flux]") {
  const auto error = [](const std::string& text) { return error_of([&] { read(text, "/GeV"); }); };
  CHECK(names(error(""), "a.csv: no rows of numbers; expected rows of one length"));
  CHECK(names(error("# only a head\n"), "no rows of numbers"));
  CHECK(names(error("0 1 2\n1 2\n"), "rows of 2 and 3 numbers; expected rows of one length"));
  CHECK(names(error("0 1 2\n1 2 many\n"), "a.csv, line 2: '1 2 many' is no row of numbers"));
  CHECK(names(error("0 1 2\n  µ's\t1\n"), "line 2: \"µ's\\t1\" is no row of numbers"));
  CHECK(names(error("0 1 2\n" + std::string(99, 'x')), "'" + std::string(60, 'x') + "' is no row"));
  CHECK(names(error("0 1 2 3 4\n1 2 3 4 5\n"), "5 columns; expected lower edge"));
  CHECK(names(error("0 1 2\n2 3 4\n"),
              "3 columns; expected lower edge, upper edge and flux, or centre and flux"));
  CHECK(names(error("1\n2\n"), "1 columns"));
  CHECK(names(error("1 5\n"), "one centre of a bin"));
  CHECK(names(error("0.1 5\n1 6\n1.1 7\n"), "its energies are not centres of bins"));
  CHECK(names(error("0 1 5\n1 2 nan\n"), "nan in the bin from 1 to 2 GeV"));
  CHECK(names(error("0 1 5\n1 2 1e999\n"), "inf in the bin from 1 to 2 GeV"));
  CHECK(names(error("0 1 5\n1 2 -1\n"), "-1 in the bin from 1 to 2 GeV"));
  CHECK(names(error("0 1 0\n1 2 1e-999\n"), "all bins are zero"));
  CHECK(names(error("\xff\xfe\x01\x80"), "cannot read flux ", "a.csv: it is no text in UTF-8"));
}

TEST_CASE("Files that cannot be read are named", "[flux]") {
  const Folder folder;
  const auto error = [](const std::string& path) { return error_of([&] { nugan::read_flux_text(path); }); };
  CHECK(error(folder.path() + "/b.txt") ==
        "cannot read flux " + folder.path() + "/b.txt: no such file or directory");
  CHECK(error(folder.path()) == "cannot read flux " + folder.path() + ": is a directory");
}

TEST_CASE("Histograms are named for their neutrino", "[flux]") {
  for (const auto& [name, pdg] : std::vector<std::pair<const char*, int>>{{"numu", 14},
                                                                          {"enu_nd280_numu", 14},
                                                                          {"enu_nd280_numub", -14},
                                                                          {"numubar_fhc", -14},
                                                                          {"near/flux_numu_bar", -14},
                                                                          {"antinumu", -14},
                                                                          {"anti_nue_flux", -12},
                                                                          {"anumu", -14},
                                                                          {"NuMu", 14},
                                                                          {"nu_mu_base", 14},
                                                                          {"nue_flux", 12},
                                                                          {"nutau_flux", 16},
                                                                          {"numu/hflux", 0},
                                                                          {"hflux", 0},
                                                                          {"menu", 0},
                                                                          {"number_of_events", 0},
                                                                          {"", 0}}) {
    CAPTURE(name);
    CHECK(nugan::neutrino_in(name) == pdg);
  }
}

TEST_CASE("A source of a flux is a file and perhaps a histogram", "[flux]") {
  const auto parts = [](const std::string& source) {
    const auto [path, histogram] = nugan::split_flux_source(source);
    return std::pair(path, histogram);
  };
  const Folder folder;
  const std::string file = folder.write("c:d.root", "");
  CHECK(parts("a.root") == std::pair<std::string, std::string>("a.root", ""));
  CHECK(parts("a.root:near/numu;1") == std::pair<std::string, std::string>("a.root", "near/numu"));
  CHECK(parts(file) == std::pair<std::string, std::string>(file, ""));
  CHECK(parts(file + ":far/numu") == std::pair<std::string, std::string>(file, "far/numu"));
}
