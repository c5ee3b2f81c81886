// Fluxes from what a ROOT file holds: names of neutrinos, the choice of an object, histograms and points
#include <nugan/FluxUnit.hpp>
#include <nugan/flux_objects.hpp>
#include <vector>

#include "catch.hpp"

using nugan::RootObject;

namespace {

struct Request {
  std::string wanted = {};
  int probe = 14;
  std::string units = {};
};

// Of a file f.root whose contents' titles name a unit where the class says so with a colon: "TH1D:/cm2/GeV"
std::string choose(std::vector<RootObject> objects, const Request& request = {}) {
  std::vector<std::pair<std::string, std::string>> titles;
  for (auto& object : objects) {
    const auto colon = std::min(object.class_name.find(':'), object.class_name.size());
    titles.emplace_back(object.name, object.class_name.substr(std::min(colon + 1, object.class_name.size())));
    object.class_name.resize(colon);
  }
  const auto title = [&](const RootObject& object) {
    for (const auto& [name, text] : titles)
      if (name == object.name) return text;
    return std::string();
  };
  const auto found =
      nugan::choose_flux_object("f.root", objects, request.wanted, request.units, request.probe, title);
  return found.name + ";" + std::to_string(found.cycle);
}

std::string refusal(const std::vector<RootObject>& objects, const Request& request = {}) {
  return error_of([&] { choose(objects, request); });
}

}  // namespace

TEST_CASE("Names and titles tell the neutrino", "[flux_objects]") {
  for (const auto& [name, pdg] : std::vector<std::pair<const char*, int>>{
           // T2K, DUNE, MINERvA, NOvA, MicroBooNE, SBND, MiniBooNE, atmospheric
           {"enu_nd280_numu", 14},
           {"enu_nd280_numub", -14},
           {"enu_sk_nueb", -12},
           {"numubar_fluxosc", -14},
           {"nutau_cceventrate", 16},
           {"nuebar_fhc", -12},
           {"numu_rhc_covmx", 14},
           {"flux_numubar", -14},
           {"fractional_uncertainty_nue", 12},
           {"numubar_CV_AV_TPC", -14},
           {"hEnumu_cv", 14},
           {"hEnuebar_cv", -12},
           {"flux_sbnd_numubar", -14},
           {"numu_flux_forplots", 14},
           {"flux_pos_pol_numub", -14},
           {"nuebarFlux", -12},
           {"NuMuBar", -14},
           {"NuMubar", -14},
           {"NuE", 12},
           {"NuEbar", -12},
           {"numi_numu", 14},
           {"NuMI_nue", 12},
           // other spellings
           {"numu", 14},
           {"NUMU", 14},
           {"nu_mu_base", 14},
           {"nu_mu_bar", -14},
           {"nubar_mu", -14},
           {"anumu", -14},
           {"antinumu", -14},
           {"anti_nue_flux", -12},
           {"h_anti_numu", -14},
           {"anti-nutau", -16},
           {"ANuMu", -14},
           {"FluxNuMuBarCC", -14},
           {"numuflux", 14},
           {"h12numu", 14},
           {"numu_b", -14},
           {"numu_background", 14},
           {"numu_b2", 14},
           // titles
           {"T2K #bar{#nu}_{#mu} flux at ND280", -14},
           {"#nu_{e}", 12},
           {"#bar{#nu_{#tau}}", -16},
           {"Unosc #bar{#nu}_{#mu}s / m^{2} / POT", -14},
           {R"($\bar{\nu}_\mu$)", -14},
           {R"(\nu_{\mu} flux)", 14},
           {"\xCE\xBD\xCC\x84_\xCE\xBC", -14},
           {"muon antineutrino flux", -14},
           {"Electron neutrinos", 12},
           // no neutrino, or two
           {"", 0},
           {"hflux", 0},
           {"flux", 0},
           {"flux_pos_pos", 0},
           {"menu", 0},
           {"number_of_events", 0},
           {"avenue", 0},
           {"revenue", 0},
           {"nuclear", 0},
           {"nucleus_mu", 0},
           {"enu_energy", 0},
           {"E_nu", 0},
           {"nu_energy", 0},
           {"genuine_e", 0},
           {"numode", 0},
           {"numubarrel", 0},
           {"minuet", 0},
           {"neutrino energy", 0},
           {"numi", 0},
           {"nu-e elastic scattering", 0},
           {"numu_to_nue", 0},
           {"numu_numubar", 0},
           {"#nu_{#mu} #rightarrow #nu_{e}", 0}}) {
    CAPTURE(name);
    CHECK(nugan::neutrino_in(name) == pdg);
  }
  CHECK(nugan::neutrino_in(std::string(100'000, 'n')) == 0);
}

TEST_CASE("The histogram of the probe is found, or named by the user", "[flux_objects]") {
  const std::vector<RootObject> two = {
      {"flux_numu", 1, "TH1D"}, {"flux_numubar", 1, "TH1F"}, {"cov", 1, "TH2D"}};
  CHECK(choose(two) == "flux_numu;1");
  CHECK(choose(two, {.probe = -14}) == "flux_numubar;1");
  CHECK(choose(two, {.wanted = "flux_numubar"}) == "flux_numubar;1");
  CHECK(
      refusal(two, {.probe = 12}) ==
      "flux f.root: no histogram for the probe 12; name one, f.root:HISTOGRAM, of: flux_numu, flux_numubar");
  CHECK(refusal(two, {.wanted = "far"}) ==
        "flux f.root: no histogram far; there is: flux_numu, flux_numubar");
  CHECK(names(refusal(two, {.wanted = "cov"}), "cov is a TH2D, expected a TH1 or TGraph"));
  // by its title, and by a unit where the others have none
  CHECK(choose({{"a", 1, "TH1D", "#bar{#nu}_{#mu} flux"}, {"b", 1, "TH1D", "#nu_{#mu} flux"}}) == "b;1");
  CHECK(choose({{"numu_events", 1, "TH1D"}, {"numu_flux", 1, "TH1D:/cm2/GeV"}}) == "numu_flux;1");
  CHECK(names(refusal({{"numu_a", 1, "TH1D"}, {"numu_c2", 1, "TH1D"}}), "2 histograms for the probe 14"));
  // the only one, unless it is another neutrino's
  CHECK(choose({{"hflux", 1, "TH1D"}}) == "hflux;1");
  CHECK(choose({{"numub", 1, "TH1D"}}, {.probe = 0}) == "numub;1");
  CHECK(names(refusal({{"numub", 1, "TH1D"}}), "no histogram for the probe 14"));
  // the folder does not name the neutrino
  CHECK(choose({{"numubar", 1, "TDirectory"}, {"numubar/hflux", 1, "TH1D"}}) == "numubar/hflux;1");
}

TEST_CASE("Cycles mean what they mean in ROOT", "[flux_objects]") {
  const std::vector<RootObject> cycles = {{"numu", 3, "TH1D"},
                                          {"numu", 1, "TH1D"},
                                          {"near", 1, "TDirectory"},
                                          {"near/numu", 10, "TH1F"},
                                          {"near/numu", 9, "TH2F"}};
  CHECK(choose(cycles, {.wanted = "numu"}) == "numu;3");
  CHECK(choose(cycles, {.wanted = "numu;1"}) == "numu;1");
  CHECK(choose(cycles, {.wanted = "numu;3"}) == "numu;3");
  CHECK(choose(cycles, {.wanted = "near/numu"}) == "near/numu;10");
  CHECK(refusal(cycles, {.wanted = "numu;7"}) ==
        "flux f.root: no cycle '7' of numu; there is: numu;1, numu;3");
  CHECK(names(refusal(cycles, {.wanted = "numu;x"}), "no cycle 'x' of numu"));
  CHECK(names(refusal(cycles, {.wanted = "numu;"}), "no cycle '' of numu"));
  CHECK(names(refusal(cycles, {.wanted = "numu;99999999999"}), "no cycle '99999999999'"));
  CHECK(names(refusal(cycles, {.wanted = "near/numu;9"}), "near/numu is a TH2F"));
  CHECK(choose({{"numu", 1, "TH1D"}, {"numu", 2, "TH1D"}}) == "numu;2");
}

TEST_CASE("A file without a flux is described", "[flux_objects]") {
  CHECK(refusal({{"flux", 1, "TNtuple"}, {"a", 1, "TDirectory"}, {"a/m", 1, "TH2D"}, {"n", 1, "TH2D"}}) ==
        "flux f.root: no TH1 or TGraph in it, but 2 TH2D (a/m, n), TNtuple flux, folder a");
  CHECK(refusal({}) == "flux f.root: no TH1 or TGraph in it, but nothing");
  CHECK(names(refusal({{"t", 2, "TTree"}}, {.wanted = "numu"}), "no histogram numu; there is: TTree t"));
  std::vector<RootObject> many;
  for (int k = 0; k < 20; ++k) many.push_back({"h" + std::to_string(k), 1, "TH3F"});
  CHECK(names(refusal(many), "20 TH3F (h0, h1, h2, h3, h4, ...)"));
  for (auto& one : many) one.class_name = "TH1F";
  CHECK(names(refusal(many), "h11, and 8 more"));
  // graphs are read, but histograms go first
  CHECK(choose({{"g", 1, "TGraph"}}) == "g;1");
  CHECK(choose({{"g", 1, "TGraphErrors"}, {"numu", 1, "TH1D"}}) == "numu;1");
  CHECK(choose({{"g", 1, "TGraphAsymmErrors"}, {"numu", 1, "TH1D"}}, {.wanted = "g"}) == "g;1");
}

TEST_CASE("Histograms have the units of their titles", "[flux_objects]") {
  const auto flux = nugan::flux_from_histogram({0, 500, 1000}, {1, 2},
                                               {.name = "f.root:near/h",
                                                .title = "#bar{#nu}_{e}",
                                                .energies = "E [MeV]",
                                                .contents = "1/cm^{2}/50 MeV/POT"});
  CHECK(flux.edges == std::vector<double>{0, 0.5, 1});
  CHECK(flux.density[1] == Approx(40));
  CHECK(flux.unit == nugan::per_pot);
  CHECK(flux.named_for == -12);
  CHECK(flux.reading.empty());
  CHECK(error_of([] {
          nugan::flux_from_histogram({0, 1}, {1}, {.name = "f:h", .energies = "", .contents = "Events"});
        })
            .starts_with("flux f:h: the title of its y axis, 'Events', has no flux unit; give --flux-units "
                         "(in Python units=) such as"));
  // the axis alone may be said
  const auto said = nugan::flux_from_histogram(
      {0, 1000}, {1}, {.name = "f:h", .energies = "", .contents = "/cm2/GeV"}, "E in MeV");
  CHECK(said.edges.back() == 1);
  CHECK(said.contents == "/cm2/GeV");
}

TEST_CASE("Energies that look like MeV lead to the question", "[flux_objects]") {
  const auto read = [](const std::vector<double>& edges, const std::string& units, const char* axis = "") {
    const std::vector<double> flat(edges.size() - 1, 1.0);
    return nugan::flux_from_histogram(edges, flat, {.name = "f:numu", .energies = axis, .contents = ""},
                                      units);
  };
  for (const auto& edges : {std::vector<double>{0, 10'000}, {0, 500, 700}, {200, 1000, 5000}}) {
    const auto error = error_of([&] { read(edges, "/cm2/POT/MeV"); });
    CHECK(names(error, "flux f:numu: its energies reach " + std::to_string(static_cast<int>(edges.back())),
                "are they in MeV? Give --flux-units (in Python units=) \"/cm2/POT/MeV, E in MeV\"",
                "E in GeV\" if they are in GeV"));
    CHECK(read(edges, "/cm2/POT/MeV, E in MeV").edges.back() == Approx(edges.back() / 1000));
    CHECK(read(edges, "/cm2/POT/MeV, E in GeV").edges.back() == edges.back());
    CHECK(read(edges, "/bin", "E_{#nu} (GeV)").edges.back() == edges.back());
  }
  CHECK(read({0, 118}, "/bin").edges.back() == 118);
  // a tail to 10 TeV is no reason to ask
  CHECK(nugan::flux_from_histogram({0, 10, 10'000}, {1e6, 1}, {.name = "f:a", .energies = "", .contents = ""},
                                   "/GeV")
            .edges.back() == 10'000);
}

TEST_CASE("Points are joined by straight lines", "[flux_objects]") {
  const nugan::FluxTitles titles = {
      .name = "f:g", .energies = "E [GeV]", .contents = "#nu_{#mu}/cm^{2}/POT/GeV"};
  const std::vector<double> energies = {0.3, 0.7, 1.0, 2.0, 5.0}, values = {1, 4, 6, 2, 0};
  const auto flux = nugan::flux_from_points(energies, values, titles);
  CHECK(flux.reading == "points joined by straight lines");
  CHECK(flux.named_for == 14);
  CHECK(flux.edges.front() == 0.3);
  CHECK(flux.edges.back() == 5);
  double area = 0;
  for (std::size_t k = 0; k + 1 < energies.size(); ++k) {
    const double width = energies[k + 1] - energies[k], trapezium = 0.5 * width * (values[k] + values[k + 1]);
    area += trapezium;
    CHECK(flux.integral(energies[k], energies[k + 1]) == Approx(trapezium));
    CHECK(flux(energies[k] + 0.25 * width) == Approx(0.75 * values[k] + 0.25 * values[k + 1]).margin(0.02));
  }
  CHECK(flux.integral() == Approx(area));
  const auto error = [&](const std::vector<double>& e, const std::vector<double>& v,
                         const std::string& units) {
    return error_of([&] { nugan::flux_from_points(e, v, titles, units); });
  };
  CHECK(names(error({1, 2}, {1, 1}, "/cm2/POT/bin"), "points of a curve have a unit per energy"));
  CHECK(names(error({1, 1}, {1, 1}, ""), "a point at 1 behind one at 1"));
  CHECK(names(error({1}, {1}, ""), "1 points, expected two or more"));
  CHECK(names(error({1, 2}, {1, -1}, ""), "-1 at the point 2"));
}
