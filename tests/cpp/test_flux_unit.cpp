// Units in titles and of the user, and those of energies
#include <nugan/FluxUnit.hpp>
#include <vector>

#include "catch.hpp"

using nugan::Flux;
using nugan::FluxUnit;

namespace {

struct Title {
  const char* text;
  FluxUnit unit;
};

void check_unit(const FluxUnit& found, const FluxUnit& expected) {
  const auto same = [](std::optional<double> x, std::optional<double> y) {
    return x.has_value() == y.has_value() && (!x || *x == Approx(*y).epsilon(1e-12));
  };
  CHECK(same(found.area, expected.area));
  CHECK(same(found.pot, expected.pot));
  CHECK(same(found.width, expected.width));
  CHECK(found.scale == Approx(expected.scale).epsilon(1e-12));
  CHECK(found.per_time == expected.per_time);
}

}  // namespace

TEST_CASE("Titles of fluxes name their unit", "[flux_unit]") {
  const std::vector<Title> titles = {
      {"Flux [/cm^{2}/50 MeV/1#times10^{21} p.o.t.]", {1, 1e21, 0.05}},
      {" #nu/m^{2}/10^{6}POT/0.5 GeV", {1e4, 1e6, 0.5}},
      {"#nu / m^{2} / 10^{6} POT / GeV", {1e4, 1e6, 1}},
      {"Unosc #nu_{#mu}s / m^{2} / POT / GeV", {1e4, 1, 1}},
      {"Unosc #bar{#nu}_{#mu}s / m^{2} / POT", {1e4, 1, {}}},
      {"Oscillated #nu_{#tau}s / GeV / m^{2} / POT", {1e4, 1, 1}},
      {"#frac{Number of #nu_{#mu}}{1.592 #upoint 10^{20} POT cm^{2} 0.05 GeV}", {1, 1.592e20, 0.05}},
      {R"($\frac{\nu}{\mathrm{m^2}\cdot 10^{6} POT\cdot GeV}$)", {1e4, 1e6, 1}},
      {"flux at 280 m [cm^{-2} POT^{-1} GeV^{-1}]", {1, 1, 1}},
      {"flux (nu per cm2 per 1e21 POT per 100 MeV)", {1, 1e21, 0.1}},
      {"flux [10^{-12} / cm² / POT / bin]", {1, 1, {}, 1e-12}},
      {"flux [10⁻¹²/cm²/POT/bin]", {1, 1, {}, 1e-12}},
      {"flux [cm⁻² POT⁻¹ GeV⁻¹]", {1, 1, 1}},
      {"flux [/cm²/10²¹ POT/50\u00A0MeV]", {1, 1e21, 0.05}},
      {"ν [1.5 × 10^7/m²/2·10^6 protons on target/bin]", {1e4, 2e6, {}, 1.5e7}},
      {"Flux/cm^{2}/50 MeV", {1, {}, 0.05}},
      {"E in GeV, flux in nu/cm2/POT", {1, 1, {}}},
      {"flux / 3 x 10^{20} p.o.t. / cm^{2} / GeV", {1, 3e20, 1}},
      // a numerator of 1
      {"1/cm^{2}/50 MeV", {1, {}, 0.05}},
      {"#Phi [1 / m^{2} / POT / GeV]", {1e4, 1, 1}},
      {"1/(cm^{2} GeV POT)", {1, 1, 1}},
      {"flux (1/cm2/1e20POT)", {1, 1e20, {}}},
      // parentheses and powers
      {"Flux [cm^{-2} POT^{-1} (50 MeV)^{-1}]", {1, 1, 0.05}},
      {"(m^{-2} s^{-1} GeV^{-1})", {1e4, {}, 1, 1, true}},
      {"(cm^{2} 10^{21} POT GeV)^{-1}", {1, 1e21, 1}},
      {"NuE   NuEbar    (m^2 sec sr GeV)^-1", {1e4, {}, 1, 1, true}},
      {"10^{-12} #nu (cm^{2} POT)^{-1} (0.1 GeV)^{-1}", {1, 1, 0.1, 1e-12}},
      // no protons on target
      {"d#Phi/dE [GeV^{-1} cm^{-2} s^{-1} sr^{-1}]", {1, {}, 1, 1, true}},
      {"#bar{#nu}_{#mu} / m^{2} / year / GeV", {1e4, {}, 1, 1, true}},
      // of published files
      {"#Phi (#nu/m^{2}/10^{6} POT/50 MeV)", {1e4, 1e6, 0.05}},
      {"Predicted flux (#nu_{#mu}/POT/GeV/cm^{2})", {1, 1, 1}},
      {"Flux (/cm^{2}/50MeV/10^{21}p.o.t)", {1, 1e21, 0.05}},
      {"#nu_{#mu}/GeV/m^{2}", {1e4, {}, 1}}};
  for (const auto& [text, unit] : titles) {
    CAPTURE(text);
    const auto found = nugan::flux_unit_from_title(text);
    REQUIRE(found);
    check_unit(*found, unit);
    check_unit(nugan::flux_unit_from_user(found->text()), *found);
  }
}

TEST_CASE("Other titles have no unit of a flux", "[flux_unit]") {
  for (const char* title : {"",
                            "Entries",
                            "Fractional Uncertainty",
                            "E^{2} d#Phi/dE [GeV cm^{-2} s^{-1} sr^{-1}]",
                            "(cm GeV)^{-2} / cm^{2}",
                            "#nu_{#mu} CC Events / kTon / POT",
                            "Events / 50 MeV",
                            "Flux",
                            "Flux at 280 m / cm^{2} / GeV",
                            "Flux / cm^{2} / m^{2}",
                            "Flux / cm^{2} / 50 MeV / bin",
                            "Flux / cm^{2} / 0 POT",
                            "Area [cm^{2}]",
                            "Flux [10^{-12} cm^{-2} POT^{-1}]",
                            "Flux—cm2",
                            "Flux / cm21",
                            "Flux / cm2\xff 3",
                            "#frac{",
                            "#frac{a}{cm2",
                            "]/cm[2"}) {
    CAPTURE(title);
    CHECK(!nugan::flux_unit_from_title(title));
  }
  // brackets and numbers without end cost neither the stack nor much time
  CHECK(!nugan::flux_unit_from_title(std::string(100'000, '[')));
  CHECK(!nugan::flux_unit_from_title(std::string(100'000, '9') + " / cm2 7"));
}

TEST_CASE("Users say the unit and that of the axis", "[flux_unit]") {
  CHECK(nugan::flux_unit_from_user("/GeV") == FluxUnit{.width = 1});
  CHECK(nugan::flux_unit_from_user("/bin") == FluxUnit{});
  CHECK(nugan::flux_unit_from_user("E in MeV /cm2/POT/MeV") == FluxUnit{1, 1, 1e-3});
  CHECK(nugan::energy_scale("E [GeV]", "E in MeV /cm2/POT/MeV") == 1e-3);
  CHECK(nugan::energy_scale("E [MeV]", "/cm2/POT/bin") == 1e-3);
  CHECK(nugan::energy_scale("E [MeV]", "E in GeV /cm2/POT/bin") == 1);
  CHECK(nugan::energy_scale("E [GeV]", "x=mev /bin") == 1e-3);
  CHECK(nugan::flux_unit_from_user("1/cm2/GeV") == FluxUnit{1, {}, 1});
  CHECK(nugan::flux_unit_from_user("1/GeV, E in MeV") == FluxUnit{.width = 1});
  CHECK(!nugan::energy_scale("xMeV MeVs", "home in MeV"));
  CHECK(!nugan::energy_scale("E"));
  for (const std::string text : {"", "GeV", "furlongs", "cm2 POT", "/0GeV"})
    CHECK(names(error_of([&] { nugan::flux_unit_from_user(text); }),
                "flux units '" + text + "': expected a unit such as \"/cm2"));
  CHECK(names(error_of([] { nugan::flux_unit_from_user("it's\n1"); }), "flux units \"it's\\n1\": "));
}

TEST_CASE("The unit of energies is that of their own bracket, not of a width", "[flux_unit]") {
  for (const char* title :
       {"E_{#nu} [GeV] (bins of 50 MeV)", "bins of 50 MeV, E [GeV]", "energy in GeV per 10 MeV",
        "E / GeV, 100 MeV wide", "Neutrino energy (GeV)", "p_{#nu} [GeV/c]"}) {
    CAPTURE(title);
    CHECK(nugan::energy_scale(title).value_or(1) == 1);
  }
  for (const char* title :
       {"E_{#nu} [MeV]", "energy (MeV), bins of 0.05 GeV", "Energy MeV", "E_nu in MeV", "[MeV/c]"}) {
    CAPTURE(title);
    CHECK(nugan::energy_scale(title) == 1e-3);
  }
  CHECK(nugan::energy_scale("E [TeV]") == 1e3);
  CHECK(nugan::energy_scale("E [keV]") == 1e-6);
  CHECK(!nugan::energy_scale("flux per 50 MeV"));
  CHECK(!nugan::energy_scale("(cm^2 s MeV)^-1"));
}

TEST_CASE("Units are written as they are read", "[flux_unit]") {
  CHECK(FluxUnit{1, 1e21, 0.05}.text() == "/cm2/1e+21POT/0.05GeV");
  CHECK(FluxUnit{1e4, 1, {}, 1e-12}.text() == "1e-12/m2/POT/bin");
  CHECK(FluxUnit{2.5, {}, 1}.text() == "/2.5cm2/GeV");
  CHECK(FluxUnit{1e4, {}, 1, 1, true}.text() == "/m2/s/GeV");
}

TEST_CASE("Bins of unequal width", "[flux_unit]") {
  // 8 in the bin of 2 GeV are 4 per GeV if they are per bin, 16 if they are per 0.5 GeV
  const Flux per_bin = nugan::make_flux({0, 0.5, 1, 3}, {1, 2, 8}, {1e4, 10, {}}, "a");
  const std::vector<double> expected = {2, 4, 4};
  for (std::size_t k = 0; k < 3; ++k) CHECK(per_bin.density[k] == Approx(expected[k] / 1e5));
  CHECK(per_bin.integral() == Approx(11 / 1e5));
  CHECK(per_bin.unit == nugan::per_pot);
  CHECK(per_bin.contents == "/m2/10POT/bin");
  const Flux per_half = nugan::make_flux({0, 0.5, 1, 3}, {1, 2, 8}, {1, {}, 0.5, 3}, "a");
  CHECK(per_half.density == std::vector<double>{6, 12, 48});
  CHECK(per_half.unit == nugan::arbitrary);
  CHECK(per_half.contents == "3/cm2/0.5GeV");
  CHECK(error_of([] { nugan::make_flux({0, 1}, {-2}, {1e4, 10, {}}, "a"); }) ==
        "a: -2 in the bin from 0 to 1 GeV; expected a number of at least 0");
}
