// Shipped models on several threads at once, with every instruction set of the fused kernel: what the thread
// sanitizer and the address sanitizer look at (tests/test_sanitizers.py). Without the models, nothing is
// tested.
#include <array>
#include <cstdlib>
#include <memory>
#include <nugan/Sampler.hpp>
#include <nugan/find_model.hpp>
#include <optional>
#include <string>
#include <thread>

#include "catch.hpp"
#include "same_events.hpp"

using nugan::Events;
using nugan::Sampler;

namespace {

constexpr nugan::EnergyRange energies{.enu_low = 0.5, .enu_high = 4.0};

// Numbers of events about the kernels' 16 or 32 events, the 32 of the random numbers and the 512 of a tile
constexpr std::array<std::int64_t, 12> sizes{1, 15, 16, 17, 31, 33, 63, 511, 513, 1000, 1025, 2047};

// A flow and a GAN, where they are installed or in NUGAN_MODELS_PATH
std::vector<std::string> shipped_models() {
  std::vector<std::string> found;
  for (const char* name : {"numu_C12_inc", "numu_C12_inc_gan"})
    if (error_of([&] { nugan::find_model(name); }).empty()) found.emplace_back(name);
  if (found.empty()) WARN("no shipped model: nothing is tested");
  return found;
}

// Sets the environment variable of the instructions; in the tests' only thread
class Instructions {
 public:
  explicit Instructions(const char* name) {
    if (const char* value = std::getenv("NUGAN_SIMD")) before_ = value;
    ::setenv("NUGAN_SIMD", name, 1);
  }
  ~Instructions() {
    if (before_)
      ::setenv("NUGAN_SIMD", before_->c_str(), 1);
    else
      ::unsetenv("NUGAN_SIMD");
  }
  Instructions(const Instructions&) = delete;
  Instructions& operator=(const Instructions&) = delete;

 private:
  std::optional<std::string> before_;
};

// A sampler on the fused kernel of an instruction set; none where the processor has not got it
std::unique_ptr<Sampler> fused(const std::string& model, const char* instructions, int threads) {
  const Instructions set(instructions);
  std::unique_ptr<Sampler> sampler;
  const auto error = error_of([&] {
    sampler = std::make_unique<Sampler>(model, Sampler::Config{.threads = threads, .backend = "fused"});
  });
  if (!sampler) REQUIRE(names(error, "NUGAN_SIMD", instructions, "this processor has"));
  return sampler;
}

}  // namespace

TEST_CASE("A fused kernel gives the same events in parts of any size", "[threads]") {
  for (const auto& model : shipped_models())
    for (const char* instructions : {"avx512", "avx2", "portable"}) {
      const auto sampler = fused(model, instructions, 3);
      if (!sampler) continue;
      CHECK(sampler->backend() == std::string("fused ") + instructions);
      const Events whole = sampler->sample(energies, 4500, 5);
      for (const auto n : sizes)
        for (const std::int64_t first : {0, 1, 500, 2400})
          REQUIRE(same(whole, first, sampler->sample(energies, n, 5, first)));
    }
}

TEST_CASE("Several threads share a fused kernel", "[threads]") {
  for (const auto& model : shipped_models())
    for (const char* instructions : {"avx512", "avx2", "portable"}) {
      const auto sampler = fused(model, instructions, 2);
      if (!sampler) continue;
      const Events whole = sampler->sample(energies, 4500, 9);
      std::array<bool, 4> equal{};
      {
        std::vector<std::jthread> users;
        for (std::size_t user = 0; user < equal.size(); ++user)
          users.emplace_back([&, copy = *sampler, user] {
            bool all = true;
            for (const auto n : sizes) {
              const auto first = static_cast<std::int64_t>(100 * user + 7);
              all = all && same(whole, first, copy.sample(energies, n, 9, first));
              const std::vector<double> enu(whole.Ev.begin() + first, whole.Ev.begin() + first + n);
              all = all && copy.sample_at(enu, 9, first).size() == static_cast<std::size_t>(n);
              const std::vector<float> latent(static_cast<std::size_t>(n * copy.model().latent_size), 0.5f);
              const std::vector<float> one(static_cast<std::size_t>(n), 1.0f);
              const auto muons = copy.generate(latent, one);
              all =
                  all && std::ranges::all_of(muons, [&](float x) { return x == muons[0] || x == muons[1]; });
            }
            equal[user] = all;
          });
      }
      CHECK(equal == std::array{true, true, true, true});
    }
}

TEST_CASE("Models may be opened from several threads at once", "[threads]") {
  for (const auto& model : shipped_models())
    for (const char* backend : {"auto", "torch"}) {
      const Sampler::Config config{.threads = 2, .backend = backend};
      const Events expected = Sampler(model, config).sample(energies, 700, 2);
      std::array<bool, 4> equal{};
      {
        std::vector<std::jthread> users;
        for (bool& one : equal)
          users.emplace_back(
              [&] { one = same(expected, 0, Sampler(model, config).sample(energies, 700, 2)); });
      }
      CHECK(equal == std::array{true, true, true, true});
    }
}

TEST_CASE("An error in one thread leaves the others alone", "[threads]") {
  for (const auto& model : shipped_models()) {
    const Sampler sampler(model, {.threads = 2});
    const Events expected = sampler.sample(energies, 1500, 4);
    std::array<bool, 4> right{};
    {
      std::vector<std::jthread> users;
      for (std::size_t user = 0; user < right.size(); ++user)
        users.emplace_back([&, user] {
          if (user % 2 == 0)
            right[user] = same(expected, 0, sampler.sample(energies, 1500, 4));
          else
            right[user] = names(error_of([&] { sampler.sample({.enu_low = 1, .enu_high = 99}, 1500, 4); }),
                                "enu = 99 GeV");
        });
    }
    CHECK(right == std::array{true, true, true, true});
  }
}
