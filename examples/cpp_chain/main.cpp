// A generator chain in small: beam energies -> nugan events -> a detector loop.
//
// Usage: cpp_chain [MODEL [EVENTS [SEED]]]

#include <cstdio>
#include <cstdlib>
#include <nugan/nugan.hpp>
#include <string>
#include <vector>

namespace {

/// What a detector would count of the muons.
struct Tally {
  double events = 0;
  double muon_energy = 0;  // GeV, sum
  double q2 = 0;           // GeV², sum
  int forward = 0;         // within 20 degrees of the beam
  int contained = 0;       // stop within 3 m of plastic

  void add(double energy, double kinetic, double cosine, double four_momentum_transfer) {
    constexpr double cos_20_degrees = 0.9397;
    constexpr double most_probable_loss = 0.2;  // GeV/m, minimum ionising in plastic
    events += 1;
    muon_energy += energy;
    q2 += four_momentum_transfer;
    forward += cosine > cos_20_degrees;
    contained += kinetic / most_probable_loss < 3.0;
  }
};

/// Stands for the experiment's own simulation: it takes the events as columns, one muon after the other.
Tally detector_loop(const nugan::Events& events) {
  Tally tally;
  for (std::size_t i = 0; i < events.size(); ++i)
    tally.add(events.El[i], events.El[i] - nugan::muon_mass, events.cthl[i], events.Q2[i]);
  return tally;
}

void print(const char* label, const Tally& t) {
  std::printf("%12s %9.0f %11.4f %11.4f %9.4f %11.4f\n", label, t.events, t.muon_energy / t.events,
              t.q2 / t.events, t.forward / t.events, t.contained / t.events);
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string model = argc > 1 ? argv[1] : "numu_C12_inc";
  const long n = argc > 2 ? std::atol(argv[2]) : 20000;
  const unsigned long seed = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1;

  const nugan::Sampler sampler(model);
  std::printf("# model %s: probe %d on target %d, %s\n", sampler.model().name.c_str(), sampler.model().probe,
              sampler.model().target, sampler.model().interaction.c_str());
  std::printf("#  E_nu [GeV]    events  <E_mu> GeV  <Q2> GeV^2  forward   contained\n");

  for (const double enu : {0.6, 1.0, 3.0}) {
    const nugan::EnergyRange fixed{.enu_low = enu, .enu_high = enu};
    print(std::to_string(enu).c_str(), detector_loop(sampler.sample(fixed, n, seed)));
  }

  // A beam simulation gives one energy for each interaction
  std::vector<double> beam(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < beam.size(); ++i)
    beam[i] = 0.5 + 1.5 * static_cast<double>(i) / static_cast<double>(n);
  print("0.5 to 2.0", detector_loop(sampler.sample_at(beam, seed)));
  return 0;
} catch (const nugan::Error& error) {
  std::fprintf(stderr, "cpp_chain: error: %s\n", error.what());
  return 2;
}
