#include <algorithm>
#include <cstring>
#include <map>
#include <nugan/Error.hpp>
#include <nugan/EventTree.hpp>
#include <nugan/NuHepMC.hpp>
#include <nugan/nuclear_mass.hpp>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace nugan;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr int carbon = 1000060120, argon = 1000180400;

// Two events by hand: nu n -> mu- p, and nu p -> mu- p pi+ with a neutron knocked out
Events events_with_hadrons() {
  Events e;
  e.iev = {4, 5};
  e.mode = {static_cast<int>(Mode::qel), static_cast<int>(Mode::res)};
  e.Ev = {1, 2};
  e.El = {0.7F, 1.2F};
  e.pxl = {0.3F, -0.5F};
  e.pyl = {0, 0.25F};
  e.pzl = {0.6F, 1};
  for (auto* column : {&e.pl, &e.thetal, &e.phil, &e.Q2, &e.W, &e.x, &e.y}) *column = {0.5F, 0.25F};
  e.cthl = {0.5, 0.25};
  auto& p = e.particles;
  const auto add = [&](int pdg, int status, int mother, double px, double py, double pz, double energy) {
    p.push_back({.pdg = pdg, .status = status, .mother = mother, .px = px, .py = py, .pz = pz, .E = energy});
  };
  add(14, 0, -1, 0, 0, 1, 1);
  add(carbon, 0, -1, 0, 0, 0, 11.17);
  add(13, 1, 0, 0.3, 0, 0.6, 0.7);
  add(2212, 1, 1, -0.3, 0, 0.3, 1.03);
  add(1000060110, 15, 1, 0, 0, 0.1, 10.44);
  p.end_event();
  add(14, 0, -1, 0, 0, 2, 2);
  add(carbon, 0, -1, 0, 0, 0, 11.17);
  add(13, 1, 0, -0.5, 0.25, 1, 1.2);
  add(2212, 1, 1, 0.25, 0, 0.5, 1.1);
  add(211, 1, 1, 0, -0.25, 0.25, 0.38);
  add(2112, 1, 1, 0, 0, 0, 0.94);
  add(1000050100, 15, 1, 0.25, 0, 0.25, 9.55);
  p.end_event();
  return e;
}

RunFacts facts(const char* interaction = "CC inclusive") {
  return {.probe = 14, .target = carbon, .kind = [=](int probe, int target) {
            return EventKind{.process = process_of(probe, target, interaction), .sigma = 0.8};
          }};
}

// The numbers of an entry of a branch
template <class T>
std::vector<T> entry(EventTree& tree, const std::vector<BranchValues>& values, const char* name,
                     std::size_t i) {
  const auto found = std::ranges::find(tree.branches(), name, &Branch::name);
  REQUIRE(found != tree.branches().end());
  const auto& one = values[static_cast<std::size_t>(found - tree.branches().begin())];
  const std::size_t bytes = found->element_bytes();
  std::size_t first = i * one.step, count = one.count;
  if (!one.offsets.empty()) {
    first = static_cast<std::size_t>(one.offsets[i] - one.offsets[0]) * bytes;
    count = static_cast<std::size_t>(one.offsets[i + 1] - one.offsets[i]);
  }
  std::vector<T> numbers(count * bytes / sizeof(T));
  if (!numbers.empty()) std::memcpy(numbers.data(), one.data + first, count * bytes);
  return numbers;
}

bool has(const EventTree& tree, const char* name) {
  return std::ranges::find(tree.branches(), name, &Branch::name) != tree.branches().end();
}

}  // namespace

TEST_CASE("an event gives its particles, and a collection of events keeps them") {
  const auto events = events_with_hadrons();
  Events picked;
  picked.push_back(events[1]);
  picked.push_back(events[0]);
  CHECK(picked.particles.offsets == std::vector<std::int64_t>{0, 7, 12});
  std::vector<int> pdg;
  for (const Particle& particle : picked[0].particles()) pdg.push_back(particle.pdg);
  CHECK(pdg == std::vector{14, carbon, 13, 2212, 211, 2112, 1000050100});
  CHECK(events[0].particles().size() == 5);
  CHECK(events[0].particles()[lepton_place].pz == 0.6);
  CHECK(events[0].mode == 1);
  Events none;
  none.push_back(Event{.iev = 1});
  CHECK(none.particles.empty());
  CHECK(none[0].particles().empty());
}

TEST_CASE("gst has hadrons and modes where the events have them") {
  const auto events = events_with_hadrons();
  const auto tree = make_tree("gst", facts(), events);
  const auto values = tree->values(events);
  const auto ints = [&](const char* name, std::size_t i) {
    return entry<std::int32_t>(*tree, values, name, i);
  };
  CHECK(ints("pdgf", 0) == std::vector{2212});
  CHECK(ints("pdgf", 1) == std::vector{2212, 211, 2112});
  CHECK(ints("nf", 1) == std::vector{3});
  const std::map<std::string, int> numbers = {{"nfp", 1},   {"nfn", 1},  {"nfpip", 1}, {"nfpim", 0},
                                              {"nfpi0", 0}, {"nfkp", 0}, {"nfem", 0},  {"nfother", 0}};
  for (const auto& [name, number] : numbers) CHECK(ints(name.c_str(), 1) == std::vector{number});
  CHECK(entry<double>(*tree, values, "pxf", 1) == std::vector{0.25, 0.0, 0.0});
  CHECK(entry<double>(*tree, values, "pf", 1)[1] == Approx(std::sqrt(0.125)));
  const auto cosines = entry<double>(*tree, values, "cthf", 1);
  CHECK(cosines[0] == Approx(2 / std::sqrt(5)));
  CHECK(cosines[1] == Approx(std::sqrt(0.5)));
  CHECK(cosines[2] == 1);  // a neutron at rest
  CHECK(entry<char>(*tree, values, "qel", 0) == std::vector<char>{1});
  CHECK(entry<char>(*tree, values, "res", 0) == std::vector<char>{0});
  CHECK(entry<char>(*tree, values, "res", 1) == std::vector<char>{1});
  CHECK(ints("tgt", 1) == std::vector{carbon});
  CHECK(ints("Z", 1) == std::vector{6});
}

TEST_CASE("gst is as before where the events have none") {
  auto events = events_with_hadrons();
  events.particles = {};
  events.mode.clear();
  const auto tree = make_tree("gst", facts("NC inclusive"), events);
  CHECK_FALSE(has(*tree, "nf"));
  CHECK_FALSE(has(*tree, "qel"));
  CHECK(tree->branches().size() == 27);
  CHECK(entry<char>(*tree, tree->values(events), "cc", 0) == std::vector<char>{0});  // neutral current
  const auto with = events_with_hadrons();
  CHECK_THROWS_WITH(tree->values(with), ContainsSubstring("events with particles and events without"));
}

TEST_CASE("columns that are there are not copied, parts of events are theirs") {
  const auto events = events_with_hadrons();
  const auto tree = make_tree("gst", facts(), events);
  const EventsView second = EventsView(events).part(1, 1);
  const auto values = tree->values(second);
  const auto place = std::ranges::find(tree->branches(), "Ev", &Branch::name) - tree->branches().begin();
  CHECK(values[static_cast<std::size_t>(place)].data == reinterpret_cast<const std::byte*>(&events.Ev[1]));
  CHECK(entry<std::int32_t>(*tree, values, "pdgf", 0) == std::vector{2212, 211, 2112});
  CHECK(entry<std::int32_t>(*tree, values, "nfp", 0) == std::vector{1});
}

TEST_CASE("rootracker has all particles with mothers and daughters") {
  const auto events = events_with_hadrons();
  const auto tree = make_tree("rootracker", facts(), events);
  const EventsView all(events);
  const auto view = GENERATE(false, true) ? all.part(1, 1) : all;
  const std::size_t last = view.size() - 1;
  const auto values = tree->values(view);
  const auto ints = [&](const char* name) { return entry<std::int32_t>(*tree, values, name, last); };
  CHECK(ints("StdHepN") == std::vector{7});
  CHECK(ints("StdHepPdg") == std::vector{14, carbon, 13, 2212, 211, 2112, 1000050100});
  CHECK(ints("StdHepStatus") == std::vector{0, 0, 1, 1, 1, 1, 15});
  CHECK(ints("StdHepFm") == std::vector{-1, -1, 0, 1, 1, 1, 1});
  CHECK(ints("StdHepFd") == std::vector{2, 3, -1, -1, -1, -1, -1});
  CHECK(ints("StdHepLd") == std::vector{2, 6, -1, -1, -1, -1, -1});
  CHECK(ints("StdHepRescat") == std::vector(7, -1));
  const auto p4 = entry<double>(*tree, values, "StdHepP4", last);
  REQUIRE(p4.size() == 28);
  CHECK(std::vector(p4.begin() + 16, p4.begin() + 20) == std::vector{0.0, -0.25, 0.25, 0.38});
  CHECK(entry<double>(*tree, values, "StdHepX4", last).size() == 28);
  CHECK(entry<double>(*tree, values, "StdHepPolz", last).size() == 21);
  const auto& codes = values[1];
  CHECK(codes.texts[codes.which[last]] == "nu:14;tgt:1000060120;proc:Weak[CC],RES;");
}

TEST_CASE("rootracker of a tau or an electron has its mass") {
  auto events = events_with_hadrons();
  events.particles = {};
  events.mode.clear();
  for (const auto& [probe, mass] : {std::pair(16, tau_mass), {-12, electron_mass}, {14, muon_mass}}) {
    auto of = facts();
    of.probe = probe;
    const auto tree = make_tree("rootracker", std::move(of), events);
    const auto values = tree->values(events);
    const auto p4 = entry<double>(*tree, values, "StdHepP4", 1);
    CHECK(p4[15] == Approx(std::sqrt(0.25 + 0.0625 + 1 + mass * mass)));
    CHECK(p4[7] == nuclear_mass(carbon));
    CHECK(entry<std::int32_t>(*tree, values, "StdHepPdg", 1)[3] == (probe > 0 ? probe - 1 : probe + 1));
  }
}

TEST_CASE("nuisance has what leaves the nucleus, and NEUT's mode") {
  auto events = events_with_hadrons();
  auto of = facts();
  of.energy = 1;
  const auto tree = make_tree("nuisance", std::move(of), events);
  const auto values = tree->values(events);
  CHECK(entry<std::int32_t>(*tree, values, "Mode", 0) == std::vector{1});
  CHECK(entry<std::int32_t>(*tree, values, "Mode", 1) == std::vector{11});
  CHECK(entry<std::int32_t>(*tree, values, "pdg", 1) == std::vector{13, 2212, 211, 2112});
  CHECK(entry<std::int32_t>(*tree, values, "nfsp", 1) == std::vector{4});
  CHECK(entry<float>(*tree, values, "py", 1) == std::vector{0.25F, 0.0F, -0.25F, 0.0F});
  const auto end = tree->end(0.5, {});
  CHECK(end.late == std::vector{0.5e-38 / 2});
  CHECK(end.histograms.at(1).name == "FlatTree_EVT");
  CHECK_THROWS_WITH(make_tree("nuisance", facts(), events), ContainsSubstring("expected events of a flux"));
}

TEST_CASE("events of several nuclei know their kinds") {
  auto events = events_with_hadrons();
  events.particles = {};
  events.mode.clear();
  events.tgt = {argon, 0};  // 0: as the run
  const auto tree = make_tree("rootracker", facts("CC quasielastic"), events);
  const auto values = tree->values(events);
  CHECK(values[1].texts.size() == 2);
  CHECK(values[1].texts[values[1].which[0]] == "nu:14;tgt:1000180400;N:2112;proc:Weak[CC],QES;");
  CHECK(values[1].texts[values[1].which[1]] == "nu:14;tgt:1000060120;N:2112;proc:Weak[CC],QES;");
  CHECK(entry<double>(*tree, values, "EvtXSec", 0)[0] == Approx(0.8 * 40));
  CHECK(entry<double>(*tree, values, "EvtXSec", 1)[0] == Approx(0.8 * 12));
}

TEST_CASE("NuHepMC's text has a line for each particle") {
  const auto events = events_with_hadrons();
  NuHepMC writer(facts());
  const auto text = writer.text(events);
  CHECK_THAT(text, ContainsSubstring("E 5 1 7\nU GEV CM\n"));
  CHECK_THAT(text, ContainsSubstring("A 0 signal_process_id 200\n"));
  CHECK_THAT(text, ContainsSubstring("A 0 signal_process_id 400\n"));
  CHECK_THAT(
      text, ContainsSubstring("P 5 -1 211 0.000000000e+00 -2.500000000e-01 2.500000000e-01 3.800000000e-01"));
  CHECK(std::ranges::count(text, '\n') == 2 * 6 + 12);
  Events without = events;
  without.particles = {};
  CHECK_THROWS_WITH(writer.text(without), ContainsSubstring("expected either in one file"));
}
