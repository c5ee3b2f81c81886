// Fluxes from tables of text: their rows, columns, units and energies
#include <cmath>
#include <filesystem>
#include <fstream>
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

Flux read(const std::string& text, const std::string& units = "", const std::string& columns = "",
          int probe = 0) {
  return nugan::parse_flux_text(text, "a.csv", units, columns, probe);
}

std::string error_in(const std::string& text, const std::string& columns = "", int probe = 0) {
  return error_of([&] { read(text, "/GeV", columns, probe); });
}

void check_numbers(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t k = 0; k < found.size(); ++k) CHECK(found[k] == Approx(expected[k]).epsilon(1e-12));
}

}  // namespace

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
              "a.csv: no unit of a flux above its table; give --flux-units (in Python units=) such as"));
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

TEST_CASE("Tables that hold no flux are refused with the line and what is there", "[flux]") {
  const auto error = [](const std::string& text) { return error_in(text); };
  CHECK(error("") == "flux a.csv: no rows of numbers, expected rows of low, high, flux");
  CHECK(names(error("# only a head\n"), "no rows of numbers"));
  CHECK(error("beam_type=0\nbeam_energy = 300 3300 1 3 5\nmore\n") ==
        "flux a.csv, line 2: 'beam_energy = 300 3300 1 3 5' is no row of numbers, and no other line is; "
        "expected "
        "rows of low, high, flux");
  CHECK(names(error("nothing but words\n"), "a.csv, line 1: 'nothing but words' is no row of numbers"));
  CHECK(error("# x\n0 1 2\n\n1 2\n") ==
        "flux a.csv, line 4: 2 numbers, but 3 in line 2; expected rows of one length");
  CHECK(names(error("0 1 2\n1 2 many\n"), "a.csv, line 2: '1 2 many' is no row of numbers"));
  CHECK(names(error("0 1 2\n  µ's\t1\n"), "line 2: \"µ's\\t1\" is no row of numbers"));
  CHECK(names(error("0 1 2\n" + std::string(99, 'x')), "'" + std::string(60, 'x') + "' is no row"));
  CHECK(names(error("[0,1] 2\n1 2 3\n"), "line 2: '1 2 3' is no row of numbers like those before"));
  CHECK(names(error("(0 1 2\n"), "'(0 1 2' is no row"));
  CHECK(names(error("# low high flux\n0 1 2\n2 3 4\n"),
              "line 3: a bin begins at 2, but the one before ends at 1"));
  CHECK(names(error("# low high flux\n0 1 2\n1 1 4\n"), "line 3: a bin from 1 to 1"));
  CHECK(names(error("0.1 5\n1 6\n0.9 7\n"), "line 3: the energy 0.9 behind 1, expected energies that rise"));
  CHECK(names(error("1 5\n"), "one row with one energy"));
  CHECK(names(error("0 1 5\n1 2 nan\n"), "nan in the bin from 1 to 2 GeV"));
  CHECK(names(error("0 1 5\n1 2 1e999\n"), "inf in the bin from 1 to 2 GeV"));
  CHECK(names(error("0 1 5\n1 2 -1\n"), "-1 in the bin from 1 to 2 GeV"));
  CHECK(names(error("0 1 0\n1 2 1e-999\n"), "all bins are zero"));
  CHECK(names(error("\xff\xfe\x01\x80"), "cannot read flux ", "a.csv: it is no text in UTF-8"));
  CHECK(
      names(error("\x1f\x8b\x08"), "cannot read flux a.csv: it is compressed with gzip", "gunzip it first"));
}

TEST_CASE("Words and signs of real tables are read", "[flux]") {
  for (const char* text :
       {"2.00-2.10 3\n2.10-2.20 6\n", "2.00 - 2.10 3\n2.10 - 2.20 6\n", "[2, 2.1) 3\n[2.1, 2.2) 6\n",
        "2:2.1 3D0\n2.1:2.2 0.6D+01\n", "! Fortran\n 2.0D0 2.1D0 3.0d0\n 2.1D0 2.2D0 6.\n",
        "2.00\u20132.10 3\n2.10\u20132.20 6\n", "% remark\n// another\n(2, 2.1, 3),\n(2.1, 2.2, 6)\n",
        "2;2.1;3\n2.1;2.2;6\n", "0 2 2.1 3\n1 2.1 2.2 6\n", "0 [2,2.1] 3\n1 [2.1,2.2] 6\n",
        "2.0 2.1 3\n2.0999999 2.2 6\n"}) {
    CAPTURE(text);
    const auto flux = read(text, "/GeV");
    REQUIRE(flux.edges.size() == 3);
    CHECK(flux.edges[1] == Approx(2.1));
    CHECK(flux.density == std::vector<double>{3, 6});
    CHECK(flux.reading == "lower and upper edges of bins");
  }
  CHECK(read("1e-2-2e-2 1.0D-05\n", "/GeV").density == std::vector<double>{1e-5});
}

TEST_CASE("Columns are what their names say", "[flux]") {
  const auto lows = {"# lower edge [GeV]  flux [/cm2/POT/GeV]",
                     "E_low flux",
                     "low, flux",
                     "Emin phi",
                     "# bin low edge\tflux",
                     "# energies are lower edges of bins",
                     "Elow [GeV] flux [/GeV]",
                     "# from   neutrinos",
                     "e_lo,flux,"};
  for (const std::string head : lows) {
    CAPTURE(head);
    const auto flux = read(head + "\n0.5 1\n1.0 2\n1.5 5\n2.0 1\n", "/GeV");
    CHECK(flux.edges == std::vector<double>{0.5, 1, 1.5, 2, 2.5});
    CHECK(flux.reading == "lower edges of bins");
  }
  for (const std::string head :
       {"bin centre,flux", "# E_center [GeV]  flux", "midpoint flux", "# Bin centers in GeV", "Emid flux"}) {
    CAPTURE(head);
    const auto flux = read(head + "\n0.5 1\n1.0 2\n1.5 5\n2.0 1\n", "/GeV");
    CHECK(flux.edges == std::vector<double>{0.25, 0.75, 1.25, 1.75, 2.25});
    CHECK(flux.reading == "centres of bins");
  }
  for (const std::string head :
       {"upper,flux", "# upper edge [GeV]  flux [/GeV]", "E_high flux", "# bins by their upper edges"}) {
    CAPTURE(head);
    const auto flux = read(head + "\n0.5 1\n1.0 2\n1.5 5\n2.0 1\n", "/GeV");
    CHECK(flux.edges == std::vector<double>{0, 0.5, 1, 1.5, 2});
    CHECK(flux.reading == "upper edges of bins");
  }
  // more columns: numbers of rows, errors, and the energies in any place
  for (const char* text :
       {"# bin  low  high  flux  error\n1 0 .5 1 9\n2 .5 1 2 9\n",
        "flux error E_lo E_hi\n1 9 0 .5\n2 9 .5 1\n", "low high stat.unc flux\n0 .5 9 1\n.5 1 9 2\n",
        "# [GeV] [GeV] [/cm2/GeV]\n0 .5 1\n.5 1 2\n", "no E1 E2 flux\n1 0 .5 1\n2 .5 1 2\n",
        "E_low E_high centre flux\n0 .5 7 1\n.5 1 9 2\n",
        "#bin range [GeV]  flux  flux error\n0-0.5 1 9\n0.5-1 2 9\n"}) {
    CAPTURE(text);
    const auto flux = read(text, "/GeV");
    CHECK(flux.edges == std::vector<double>{0, 0.5, 1});
    CHECK(flux.density == std::vector<double>{1, 2});
  }
  CHECK(names(error_in("E1 E2 flux\n0 .5 1\n.6 1 2\n"), "the energies may be in 'E1', 'E2'"));
  CHECK(names(error_in("# centre flux\n0 1\n1 2\n"), "not centres of bins, the first would begin at -0.5",
              "--flux-columns (in Python flux_columns=) low,flux or point,flux"));
  CHECK(names(error_in("# upper flux\n0.5 1\n1.5 2\n"), "leave the first bin without a lower one"));
}

TEST_CASE("Without words the energies are what is possible, or the user is asked", "[flux]") {
  // bins around them would begin below 0
  CHECK(read("0 8\n1 4\n2 6\n", "/GeV").edges == std::vector<double>{0, 1, 2, 3});
  CHECK(read("0.1 8\n0.6 4\n1.1 6\n", "/GeV").edges[0] == 0.1);
  CHECK(read("# E [GeV]  flux\n0 8\n0.5 4\n1 6\n2 1\n4 1\n", "/GeV").edges ==
        std::vector<double>{0, 0.5, 1, 2, 4, 6});
  CHECK(read("0 8\n1 4\n", "/bin").reading == "lower edges of bins");
  // bins around them begin at 0
  check_numbers(read("0.05 8\n0.15 4\n0.25 6\n", "/bin").edges, {0, 0.1, 0.2, 0.3});
  check_numbers(read("0.25 1\n0.75 2\n2 8\n", "/GeV").edges, {0, 0.5, 1, 3});
  // one or the other
  for (const char* text : {"0.5 1\n1 2\n1.5 3\n", "E flux\n1 1\n2 2\n3 2\n", "0.3 1\n0.5 1\n0.9 1\n1.7 1\n",
                           "10.5 1\n11.5 2\n"}) {
    CAPTURE(text);
    CHECK(names(error_in(text), "lower edges of bins, their centres or points of a curve?",
                "--flux-columns (in Python flux_columns=) low,flux or centre,flux or point,flux"));
  }
  // digitised: unequal distances that rise and fall
  for (const char* text :
       {"0.11 1\n0.25 2\n0.31 4\n0.62 3\n", "0 1\n0.4 2\n0.5 1\n", "x y\n1.02 2\n1.97 3\n3.01 1\n3.97 1\n"}) {
    CAPTURE(text);
    CHECK(read(text, "/GeV").reading == "points joined by straight lines");
    CHECK(names(error_of([&] { read(text, "/bin"); }), "points of a curve?"));
  }
  CHECK(read("0.11 1\n0.25 2\n0.31 4\n0.62 3\n", "/GeV").integral() == Approx(0.21 + 0.18 + 1.085));
  // nothing is left out or counted by its values alone
  for (const char* text : {"0 5 1\n1 7 2\n", "1 0.5 8\n2 1.5 9\n", "0 1 2 3\n1 2 3 4\n",
                           "0.5 1 0.1\n1.5 2 0.1\n", "0 1 2 3 4\n1 2 3 4 5\n", "1\n2\n"})
    CHECK(names(error_in(text), " column", "say it with --flux-columns"));
}

TEST_CASE("The user names the columns", "[flux]") {
  const std::string table = "0.5 1 7\n1 2 8\n1.5 3 9\n";
  const auto edges = [&](const std::string& columns) { return read(table, "/GeV", columns).edges; };
  CHECK(edges("low,flux,-") == std::vector<double>{0.5, 1, 1.5, 2});
  CHECK(edges("high,flux,-") == std::vector<double>{0, 0.5, 1, 1.5});
  CHECK(edges("centre, flux, skip") == std::vector<double>{0.25, 0.75, 1.25, 1.75});
  CHECK(edges("center,-,flux") == edges("centre,flux,-"));
  CHECK(edges("low=1,flux=3") == edges("low,-,flux"));
  CHECK(read(table, "/GeV", "low,-,flux").density == std::vector<double>{7, 8, 9});
  CHECK(read(table, "/GeV", "point,flux,-").integral() == Approx(0.75 + 1.25));
  CHECK(read("1 0 5\n2 1 6\n3 2 7\n", "/GeV", "high,low,flux").edges == std::vector<double>{0, 1, 2, 3});
  CHECK(read("# E  a  b\n0.5 1 7\n1 2 8\n", "/GeV", "low=E,flux=b").density == std::vector<double>{7, 8});
  CHECK(read("2.0-2.1 7 1\n2.1-2.2 8 1\n", "/GeV", "low,high,flux,-").density == std::vector<double>{7, 8});
  for (const auto& [columns, part] : std::vector<std::pair<std::string, std::string>>{
           {"low,flux", "2 words, but the rows of a.csv have 3 numbers"},
           {"low,flux,lepton", "'lepton'; expected a word for each number of a row"},
           {"low=4,flux=2", "no column '4' among 3 without names"},
           {"low=E,flux=2", "no column 'E' among 3"},
           {"low=1,what=2", "'what=2'"},
           {"low,flux,", "''"},
           {"low,-,-", "none of its 3 columns is a flux"},
           {"-,flux,-", "which are the energies is not clear"},
           {"low,flux,flux", "the flux may be in column 2, column 3"}}) {
    CAPTURE(columns);
    CHECK(names(error_in(table, columns), part));
  }
}

TEST_CASE("Columns of several neutrinos: that of the probe", "[flux]") {
  const std::string honda =
      "average flux in [cosZ = 0.90 --  1.00]\n"
      " Enu(GeV)   NuMu       NuMubar    NuE        NuEbar    (m^2 sec sr GeV)^-1\n"
      " 1.0000E-01 1.0E+04 2.0E+04 3.0E+03 4.0E+03\n 1.1220E-01 1.0E+04 2.0E+04 3.0E+03 4.0E+03\n"
      " 1.2589E-01 1.0E+04 2.0E+04 3.0E+03 4.0E+03\n 1.4125E-01 1.0E+04 2.0E+04 3.0E+03 4.0E+03\n";
  for (const auto& [probe, density, name] :
       {std::tuple(14, 1.0, "NuMu"), {-14, 2.0, "NuMubar"}, {12, 0.3, "NuE"}, {-12, 0.4, "NuEbar"}}) {
    const auto flux = read(honda, "", "", probe);
    CHECK(flux.density.front() == Approx(density));
    CHECK(flux.name == std::string("a.csv:") + name);
    CHECK(flux.named_for == probe);
    CHECK(flux.reading == "points joined by straight lines");
    CHECK(flux.contents == "/m2/s/GeV");
    CHECK(flux.unit == nugan::arbitrary);
  }
  CHECK(
      names(error_of([&] { read(honda, "", "", 16); }), "no column of nutau among 'NuMu', 'NuMubar', 'NuE'"));
  CHECK(names(error_of([&] { read(honda); }), "the flux may be in 'NuMu'"));
  CHECK(read(honda, "", "flux=numubar", 14).named_for == -14);
  const std::string globes = "0.1 1 2 3 4 5 6\n0.2 1 2 3 4 5 6\n",
                    words = "point,nue,numu,nutau,nuebar,numubar,nutaubar";
  CHECK(read(globes, "/GeV", words, -14).density.front() == 5);
  CHECK(read(globes, "/GeV", words, 12).density.front() == 1);
  CHECK(names(error_in(globes, "", 14), "7 columns without names"));
  CHECK(names(error_in(globes, "point,nue,numu,-,-,-,-", -14), "no column of numubar among 'nue', 'numu'"));
  CHECK(read("# E_low E_high flux_numu err\n0 1 5 1\n", "/GeV", "", 14).named_for == 14);
}

TEST_CASE("A unit in a remark does not change what the columns say", "[flux]") {
  for (const std::string head :
       {"# bins of 50 MeV\n# E_low [GeV]  E_high [GeV]  flux [/cm2]\n",
        "# E_low [GeV] E_high [GeV] flux [/cm2/50 MeV]\n",
        "# low [GeV]  high [GeV]  flux [/cm2/50MeV]\n# horn current, cuts at 500 MeV and MeV things\n",
        "# bins of 50 MeV\n# flux [/cm2]\n", "# per MeV: /cm2/MeV\n"}) {
    CAPTURE(head);
    CHECK(read(head + "0 0.5 1\n0.5 1 2\n").edges == std::vector<double>{0, 0.5, 1});
  }
  for (const std::string head : {"# E_low [MeV]  E_high [MeV]  flux [/cm2]\n# 0.5 GeV wide\n",
                                 "# flux [/cm2/GeV], E in MeV\n", "# energies in MeV\n# /cm2\n"}) {
    CAPTURE(head);
    CHECK(read(head + "0 500 1\n500 1000 2\n").edges == std::vector<double>{0, 0.5, 1});
  }
  CHECK(
      names(error_in("0 500 1\n500 1000 3\n1000 1500 5\n"), "its energies reach 1500", "\"/GeV, E in MeV\""));
}

TEST_CASE("Files that cannot be read are named", "[flux]") {
  const Folder folder;
  const auto error = [](const std::string& path) { return error_of([&] { nugan::read_flux_text(path); }); };
  CHECK(error(folder.path() + "/b.txt") ==
        "cannot read flux " + folder.path() + "/b.txt: no such file or directory");
  CHECK(error(folder.path()) == "cannot read flux " + folder.path() + ": is a directory");
}

TEST_CASE("A source of a flux is a file and perhaps a histogram", "[flux]") {
  const auto parts = [](const std::string& source) {
    const auto [path, histogram] = nugan::split_flux_source(source);
    return std::pair(path, histogram);
  };
  const Folder folder;
  const std::string file = folder.write("c:d.root", "");
  CHECK(parts("a.root") == std::pair<std::string, std::string>("a.root", ""));
  CHECK(parts("a.root:near/numu;1") == std::pair<std::string, std::string>("a.root", "near/numu;1"));
  CHECK(parts(file) == std::pair<std::string, std::string>(file, ""));
  CHECK(parts(file + ":far/numu") == std::pair<std::string, std::string>(file, "far/numu"));
}

TEST_CASE("What does not go with a file is refused", "[flux]") {
  CHECK(error_of([] { nugan::check_flux_source({"a.txt", "numu"}, false, ""); }) ==
        "flux a.txt: it is no ROOT file and has no histogram numu");
  CHECK(names(error_of([] { nugan::check_flux_source({"a.root", "numu"}, true, "low,flux"); }),
              "a.root: it is a ROOT file"));
  CHECK(error_of([] { nugan::check_flux_source({"a.root", "numu"}, true, ""); }).empty());
}
