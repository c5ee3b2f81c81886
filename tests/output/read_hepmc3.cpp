// Reads a NuHepMC file with HepMC3's own library and prints what it finds, numbers with all digits.
// A missing attribute, or one of another type than the specification's, prints as "none". Vectors have
// types since HepMC3 3.2; before, their text is printed.

#include <HepMC3/Attribute.h>
#include <HepMC3/GenEvent.h>
#include <HepMC3/GenParticle.h>
#include <HepMC3/GenRunInfo.h>
#include <HepMC3/GenVertex.h>
#include <HepMC3/ReaderAscii.h>
#include <HepMC3/Version.h>

#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#if HEPMC3_VERSION_CODE < 3002000
namespace HepMC3 {
using VectorIntAttribute = StringAttribute;
using VectorDoubleAttribute = StringAttribute;
using VectorStringAttribute = StringAttribute;
}  // namespace HepMC3
#endif

namespace {

template <class T>
void print(const T& value) {
  std::cout << ' ' << value;
}

template <class T>
void print(const std::vector<T>& values) {
  for (const auto& value : values) print(value);
}

template <class Attribute, class Holder>
void show(const Holder& holder, const std::string& name) {
  std::cout << name;
  const auto found = holder.template attribute<Attribute>(name);
  if (found) {
    print(found->value());
  } else {
    std::cout << " none";
  }
  std::cout << '\n';
}

void show_run(const HepMC3::GenRunInfo& run) {
  for (const auto& tool : run.tools()) std::cout << "tool " << tool.name << ' ' << tool.version << '\n';
  for (const auto& name : run.weight_names()) std::cout << "weight " << name << '\n';
  const std::string at = "NuHepMC.";
  for (const auto* name : {"Version.Major", "Version.Minor", "Version.Patch"})
    show<HepMC3::IntAttribute>(run, at + name);
  for (const auto* name : {"ProcessIDs", "VertexStatusIDs", "ParticleStatusIDs", "AdditionalParticleNumbers"})
    show<HepMC3::VectorIntAttribute>(run, at + name);
  show<HepMC3::VectorStringAttribute>(run, at + "Conventions");
  show<HepMC3::VectorStringAttribute>(run, at + "Citations.Generator.arXiv");
  for (const auto* name : {"FluxAveragedTotalCrossSection", "FluxAveragedTotalCrossSectionUncertainty",
                           "Exposure.POT", "Beam[14].MonoEnergetic.Energy"})
    show<HepMC3::DoubleAttribute>(run, at + name);
  for (const auto* name : {"Units.CrossSection.Unit", "Units.CrossSection.TargetScale", "Beam[14].Type",
                           "Beam[14].EnergyUnit", "Beam[14].RateUnit", "Provenance.nugan"})
    show<HepMC3::StringAttribute>(run, at + name);
  show<HepMC3::VectorDoubleAttribute>(run, at + "Beam[14].Histogram.BinEdges");
  show<HepMC3::VectorDoubleAttribute>(run, at + "Beam[14].Histogram.BinContent");
  show<HepMC3::BoolAttribute>(run, at + "Beam[14].Histogram.ContentIsPerWidth");
}

void show_event(const HepMC3::GenEvent& event) {
  std::cout << "event " << event.event_number() << ' ' << HepMC3::Units::name(event.momentum_unit()) << ' '
            << HepMC3::Units::name(event.length_unit()) << ' ' << event.weight("CV") << '\n';
  show<HepMC3::IntAttribute>(event, "signal_process_id");
  show<HepMC3::VectorDoubleAttribute>(event, "lab_pos");
  for (const auto& vertex : event.vertices()) std::cout << "vertex " << vertex->status() << '\n';
  for (const auto& particle : event.particles()) {
    const auto& p = particle->momentum();
    const auto from = particle->production_vertex(), to = particle->end_vertex();
    std::cout << "particle " << particle->status() << ' ' << particle->pid() << ' ' << p.px() << ' ' << p.py()
              << ' ' << p.pz() << ' ' << p.e() << ' ' << particle->generated_mass() << ' '
              << (from ? from->id() : 0) << ' ' << (to ? to->id() : 0) << '\n';
  }
}

}  // namespace

int main(int, char** arguments) {
  HepMC3::ReaderAscii reader(arguments[1]);
  std::cout << std::setprecision(17);
  for (bool first = true; !reader.failed(); first = false) {
    HepMC3::GenEvent event;
    if (!reader.read_event(event)) return 1;
    if (first) show_run(*reader.run_info());
    if (reader.failed()) break;  // the last line was no event
    show_event(event);
  }
  std::cout << "end\n";
}
