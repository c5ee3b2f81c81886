#include <nugan/Run.hpp>

#include "catch.hpp"
#include "text/json.hpp"

namespace {

using nugan::Run;
using nugan::Value;

std::vector<std::string> keys(const Value::Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("What is not known of a run is left out of its description", "[run]") {
  const Run bare{.probe = -14, .targets = {{1000180400, 1.0}}};
  CHECK(keys(describe(bare, std::nullopt)) == std::vector<std::string>{"program", "command", "first", "run"});
  CHECK(keys(describe(bare, 7)) ==
        std::vector<std::string>{"program", "command", "first", "requested", "events", "run"});
  const Value about = describe(bare, 7, true);
  CHECK(about.find("requested")->number() == 7);
  CHECK(about.find("run", "targets", "1000180400")->number() == 1);
  CHECK(about.find("run", "sigma")->get<std::nullptr_t>());
  CHECK(about.find("run", "nosuch") == nullptr);
  CHECK(about.find("columns", "Ev")->get<std::string>()->find("[GeV]") != std::string::npos);
}

TEST_CASE("A run is described with its flux, beam and exposure", "[run]") {
  const nugan::Flux flux{.edges = {0, 1, 3}, .density = {2, 1}, .name = "f", .named_for = 14};
  const auto model = [](const char* name, double share) {
    return Run::Model{
        .name = name, .process = {.probe = 14, .target = 1000060120}, .fraction = 0.5, .share = share};
  };
  Run run{.probe = 14, .flux = flux.between(0.5, 2), .models = {model("a", 0.2), model("b", 0.8)}};
  run.seed = std::numeric_limits<std::uint64_t>::max();
  run.energies = nugan::Energies{.low = 0.5, .high = 2, .flux = flux, .weighted = true};
  run.outside = {0.1, 0.2};
  run.beam = nugan::Beam{.vertex = {{{{-1, 1}, {0, 0}, {2, 3}}}}};
  run.exposure = {.pot = 1e20, .mass = 2, .expected = 3.5, .drawn = 4};
  const Value about = describe(run, 4);
  CHECK(*about.find("model", "name")->get<std::string>() == "b");
  CHECK(about.find("models")->get<Value::List>()->size() == 2);
  CHECK(*about.find("seed")->get<std::uint64_t>() == *run.seed);
  CHECK(about.find("flux", "neutrinos_inside")->number() == 0.5);  // (0.5 * 2 + 1 * 1) / 4
  CHECK(about.find("flux", "rate_above")->number() == 0.2);
  CHECK(*about.find("energy", "distribution")->get<std::string>() ==
        "uniform, weighted by flux x cross section");
  const auto& side = *(*about.find("beam", "vertex")->get<Value::List>())[2].get<Value::List>();
  CHECK(side[0].number() == 2);
  CHECK(about.find("beam", "time")->get<std::nullptr_t>());
  CHECK(about.find("exposure", "expected")->number() == 3.5);
  CHECK(about.find("run", "flux", "named_for")->number() == 14);
}

TEST_CASE("The number of an exposure follows from seed and first event", "[run]") {
  const auto make = [](std::int64_t first) {
    Run run{.probe = 14, .sigma = 1.0};
    run.flux = nugan::Flux{.edges = {0, 1}, .density = {1e-9}, .unit = nugan::per_pot};
    run.first = first;
    return run;
  };
  Run run = make(0), again = make(0), other = make(1000);
  // 1e20 POT, 1e-9 neutrinos/cm2/POT, 1e-38 cm2, 1 t: 602.2 events
  const auto n = draw_number(run, 1e20, 1, 7);
  CHECK(run.exposure->expected == Catch::Approx(602.214076).epsilon(1e-12));
  CHECK(std::abs(static_cast<double>(n) - 602.2) < 5 * 24.6);
  CHECK(run.pot == 1e20);
  CHECK(draw_number(again, 1e20, 1, 7) == n);
  CHECK(draw_number(other, 1e20, 1, 7) != n);
  CHECK(names(error_of([&] { draw_number(run, 1e30, 1, 7); }), "6.022e+12 events", "2,147,483,647"));
  CHECK(names(error_of([&] { draw_number(run, 1, 1, 7); }), "expected, and this seed gives none"));
}

TEST_CASE("JSON is read as Python writes it", "[run]") {
  using nugan::parse_json;
  const Value all =
      parse_json(R"( {"a": [1, -2.5e3, 18446744073709551615, true, null, NaN, -Infinity], "b": {},
      "c": "\u00e9\ud83d\ude00\n\"\udce9", "a b": [], "b": {"c": 7}} )");
  const auto& list = *all.find("a")->get<Value::List>();
  CHECK(*list[0].get<std::int64_t>() == 1);
  CHECK(list[1].number() == -2500);
  CHECK(*list[2].get<std::uint64_t>() == std::numeric_limits<std::uint64_t>::max());
  CHECK(*list[3].get<bool>());
  CHECK(list[4].get<std::nullptr_t>());
  CHECK(std::isnan(*list[5].number()));
  CHECK(*all.find("c")->get<std::string>() == "\xC3\xA9\xF0\x9F\x98\x80\n\"\xE9");
  CHECK(all.find("b", "c")->number() == 7);  // the last of one name
  for (const char* text : {"", "{", "[1,]", "{\"a\" 1}", "{a: 1}", "01x", "+1", "--1", "\"\\q\"", "\"\\u12\"",
                           "1 2", "tru", "\"open", "[1 2]", "-", ".5", "\xff"})
    CHECK(names(error_of([&] { parse_json(text); }), "no valid"));
  CHECK(names(error_of([] { parse_json(std::string(100'000, '[')); }), "no valid JSON"));
}
