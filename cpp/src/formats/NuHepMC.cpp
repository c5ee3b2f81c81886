#include <charconv>
#include <cmath>
#include <concepts>
#include <nugan/NuHepMC.hpp>
#include <nugan/nuclear_mass.hpp>
#include <string_view>
#include <utility>

#include "Chunk.hpp"

namespace nugan {

namespace {

constexpr int digits = 9;          // after the point of the first digit, of momenta
constexpr int weight_digits = 22;  // as HepMC3 writes weights
constexpr int replica_digits = 9;  // which give a float32 back
constexpr double cm = 100;         // in a metre

struct FourVector {
  double x = 0, y = 0, z = 0, e = 0;
};

FourVector on_shell(double x, double y, double z, double mass) {
  return {x, y, z, std::sqrt(x * x + y * y + z * z + mass * mass)};
}

double mass_of(const FourVector& p) {
  const double square = p.e * p.e - (p.x * p.x + p.y * p.y + p.z * p.z);
  return square >= 0 ? std::sqrt(square) : -std::sqrt(-square);
}

// Text that grows, with room for one more line at any time
class Text {
 public:
  explicit Text(std::size_t room) { text_.reserve(room); }

  Text& operator<<(std::string_view part) {
    text_.append(part);
    return *this;
  }
  template <std::integral T>
  Text& operator<<(T number) {
    char buffer[24];
    return put(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
  }
  /// With so many digits after the point of the first one.
  Text& scientific(double number, int precision) {
    char buffer[40];
    return put(
        buffer,
        std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific, precision).ptr);
  }
  /// With as many digits as give it back.
  Text& in_full(double number) {
    char buffer[40];
    return put(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
  }
  std::string take() { return std::move(text_); }

 private:
  Text& put(const char* begin, const char* end) {
    text_.append(begin, end);
    return *this;
  }

  std::string text_;
};

// A line of a particle; parent is the number of the incoming beam's vertex 0, or of the primary one, -1
void particle(Text& text, std::size_t number, int parent, int pdg, const FourVector& p, double mass,
              int status) {
  text << "P " << number << " " << parent << " " << pdg;
  for (const double component : {p.x, p.y, p.z, p.e, mass}) (text << " ").scientific(component, digits);
  text << " " << status << "\n";
}

void vertex_line(Text& text) {
  text << "V -1 " << NuHepMC::primary << " [1,2]\n";
}

// The four particles of an event without hadrons
void four(Text& text, const EventsView& e, std::size_t i, const Process& process, double target_mass) {
  const auto beam = on_shell(e.pxv.empty() ? 0 : e.pxv[i], e.pyv.empty() ? 0 : e.pyv[i],
                             e.pzv.empty() ? e.Ev[i] : e.pzv[i], 0);
  const double mass = process.lepton_mass();
  const auto lepton = on_shell(e.pxl[i], e.pyl[i], e.pzl[i], mass);
  const FourVector rest{beam.x - lepton.x, beam.y - lepton.y, beam.z - lepton.z,
                        beam.e - lepton.e + target_mass};
  // a nucleus of one proton has the number of the hadron in the PDG's scheme
  const int target = process.target == hydrogen ? proton : process.target;
  particle(text, 1, 0, process.probe, beam, 0, NuHepMC::beam);
  particle(text, 2, 0, target, {.e = target_mass}, target_mass, NuHepMC::target);
  vertex_line(text);
  particle(text, 3, -1, process.lepton(), lepton, mass, NuHepMC::final);
  particle(text, 4, -1, NuHepMC::remnant, rest, mass_of(rest), NuHepMC::final);
}

void listed(Text& text, const ParticlesView& p, std::size_t i) {
  const auto begin = static_cast<std::size_t>(p.offsets[i]), end = static_cast<std::size_t>(p.offsets[i + 1]);
  for (std::size_t k = begin; k < end; ++k) {
    const std::size_t place = k - begin;
    const bool initial = place < lepton_place;
    if (place == lepton_place) vertex_line(text);
    const FourVector momentum{p.px[k], p.py[k], p.pz[k], p.E[k]};
    // the masses of neutrinos and charged leptons are lost in the rounding of their momenta
    const bool light = std::abs(p.pdg[k]) >= 11 && std::abs(p.pdg[k]) <= 16;
    particle(text, place + 1, initial ? 0 : -1, p.pdg[k], momentum,
             light ? lepton_mass(p.pdg[k]) : mass_of(momentum),
             place == neutrino_place ? NuHepMC::beam
             : place == target_place ? NuHepMC::target
                                     : NuHepMC::final);
  }
}

}  // namespace

NuHepMC::NuHepMC(RunFacts facts) : facts_(std::move(facts)) {}

std::string NuHepMC::text(const EventsView& events) {
  if (particles_ < 0) particles_ = events.particles.empty() ? 0 : 1;
  const Chunk chunk(events, facts_, known_, particles_ == 1);
  const auto& e = chunk.events;
  std::vector<double> masses;
  for (const auto& kind : known_) masses.push_back(nuclear_mass(kind.process.target));
  const std::span<const double> place[] = {e.vtxx, e.vtxy, e.vtxz, e.vtxt};
  const bool placed = !(place[0].empty() && place[1].empty() && place[2].empty() && place[3].empty());
  const std::size_t replicas = e.replicas();
  Text text(chunk.size * (640 + 17 * replicas) + chunk.particles * 100);
  for (std::size_t i = 0; i < chunk.size; ++i) {
    const auto& process = chunk.kind(i).process;
    const auto mode = e.mode.empty() ? process.channel : static_cast<Mode>(e.mode[i]);
    const std::size_t count =
        chunk.has_particles ? static_cast<std::size_t>(e.particles.offsets[i + 1] - e.particles.offsets[i])
                            : 4;
    const double weight = e.wght.empty() ? 1 : e.wght[i];
    text << "E " << e.iev[i] << " 1 " << count << "\nU GEV CM\nW ";
    text.scientific(weight, weight_digits);
    for (const float factor : e.wght_rep.subspan(i * replicas, replicas))
      (text << " ").scientific(weight * factor, replica_digits);
    text << "\nA 0 lab_pos";
    for (std::size_t k = 0; k < 4; ++k) {
      text << " ";
      if (!placed || place[k].empty())
        text << "0";
      else
        text.in_full(place[k][i] * (k < 3 ? cm : 1));
    }
    text << "\nA 0 signal_process_id " << process.nuhepmc(mode) << "\n";
    if (chunk.has_particles)
      listed(text, e.particles, i);
    else
      four(text, e, i, process, masses[chunk.which.empty() ? chunk.only : chunk.which[i]]);
  }
  return text.take();
}

}  // namespace nugan
