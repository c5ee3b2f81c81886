#include <nugan/Error.hpp>
#include <nugan/Kinematics.hpp>
#include <nugan/Process.hpp>
#include <nugan/nuclear_mass.hpp>

#include "catch.hpp"

using Catch::Matchers::ContainsSubstring;
using nugan::Current;
using nugan::Mode;
using nugan::process_of;

TEST_CASE("words of archives say the process") {
  const auto inclusive = process_of(14, 1000060120, "CC inclusive");
  CHECK(inclusive.current == Current::charged);
  CHECK(inclusive.channel == Mode::unknown);
  CHECK(inclusive.name() == "CC inclusive");
  CHECK(process_of(14, 1000060120, "CC quasielastic").channel == Mode::qel);
  const auto neutral = process_of(-14, 1000180400, "NC resonant");
  CHECK(neutral.current == Current::neutral);
  CHECK(neutral.channel == Mode::res);
  // free words of older archives
  for (const char* text : {"", "CC", "CC0pi of a tune", "quasielastic", "CC quasielastic and more"}) {
    const auto old = process_of(14, 1000060120, text);
    CHECK(old.current == Current::charged);
    CHECK(old.channel == Mode::unknown);
  }
}

TEST_CASE("current and channel that are given on their own go before the words") {
  const auto process = process_of(14, 1000060120, "a tune of CC0pi", "NC", "coherent");
  CHECK(process.name() == "NC coherent");
  CHECK_THROWS_WITH(process_of(14, 0, "", "Z0", {}), ContainsSubstring("current 'Z0': expected CC or NC"));
  CHECK_THROWS_WITH(process_of(14, 0, "", {}, "qe"),
                    ContainsSubstring("channel 'qe': expected one of inclusive, quasielastic"));
}

TEST_CASE("the lepton is the partner of the neutrino, or itself") {
  const int partners[][2] = {{12, 11}, {-12, -11}, {14, 13}, {-14, -13}, {16, 15}, {-16, -15}};
  for (const auto& [probe, lepton] : partners) {
    CHECK(process_of(probe, 0, "CC inclusive").lepton() == lepton);
    CHECK(process_of(probe, 0, "NC inclusive").lepton() == probe);
    CHECK(process_of(probe, 0, "NC inclusive").lepton_mass() == 0);
  }
  // GeV, PDG 2024
  CHECK(process_of(-12, 0, "").lepton_mass() == 0.51099895e-3);
  CHECK(process_of(14, 0, "").lepton_mass() == 0.1056583755);
  CHECK(process_of(16, 0, "").lepton_mass() == 1.77693);
}

TEST_CASE("formats number the modes in their own ways") {
  const auto cc = process_of(14, 0, "CC"), nc = process_of(14, 0, "NC"), anti = process_of(-14, 0, "CC");
  CHECK(cc.nuhepmc(Mode::qel) == 200);
  CHECK(cc.nuhepmc(Mode::mec) == 300);
  CHECK(nc.nuhepmc(Mode::res) == 450);
  CHECK(cc.nuhepmc(Mode::unknown) == 700);
  CHECK(cc.neut(Mode::qel) == 1);
  CHECK(anti.neut(Mode::coh) == -16);
  CHECK(nc.neut(Mode::dis) == 46);
  CHECK(anti.neut(Mode::unknown) == 0);
  CHECK(process_of(14, 0, "CC quasielastic").struck_nucleon() == nugan::neutron);
  CHECK(process_of(-14, 0, "CC quasielastic").struck_nucleon() == nugan::proton);
  CHECK(cc.struck_nucleon() == 0);
  CHECK(std::string(nugan::name_of(static_cast<Mode>(77)).genie) == "Unknown");
}

TEST_CASE("kinematics take the mass of the lepton") {
  for (const double mass : {nugan::electron_mass, nugan::muon_mass, nugan::tau_mass}) {
    const double enu = 8, emu = 3, theta = 0.4;
    const auto o = nugan::observables({enu, emu, theta}, mass);
    const double p = std::sqrt(emu * emu - mass * mass);
    CHECK(o.p == Approx(p).epsilon(1e-13));
    CHECK(o.q2 == Approx(2 * enu * (emu - p * std::cos(theta)) - mass * mass).epsilon(1e-12));
    const nugan::ProxyTransform transform(0.3 + mass, 10, 0.004, mass);
    const auto back = transform.inverse(transform({enu, emu, theta}));
    CHECK(back.emu == Approx(emu).epsilon(1e-13));
    CHECK(transform({enu, mass, theta}).emu == Approx(1));
  }
}

TEST_CASE("masses of nuclei") {
  CHECK(nugan::nuclear_mass(nugan::hydrogen) == Approx(nugan::proton_mass).epsilon(1e-7));
  // helium: 3.727379 GeV (CODATA), without the binding of two electrons
  CHECK(nugan::nuclear_mass(1000020040) == Approx(3.7273794).epsilon(1e-7));
}
