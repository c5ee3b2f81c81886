#pragma once

#include <nugan/EventTree.hpp>
#include <nugan/EventsView.hpp>
#include <nugan/export.hpp>
#include <string>
#include <vector>

namespace nugan {

/// Events as the text of HepMC3's ASCII format, version 3, with the conventions of NuHepMC 1.0.0.
///
/// An event has one vertex, the neutrino's scattering off a nucleus at rest. Where the model has no hadrons,
/// all but the lepton is one pseudo-particle with the four-momentum that balances the event. Momenta [GeV]
/// have ten digits, which give float32 back exactly; lab_pos is in cm and s. The weights are wght and, of
/// each replica, wght times its own.
class NUGAN_EXPORT NuHepMC {
 public:
  /// PDG number of what stands for the hadrons and the nucleus that is left behind.
  static constexpr int remnant = 2009900000;

  /// Numbers of the statuses of particles and vertices.
  static constexpr int final = 1, beam = 4, target = 20, primary = 1;

  explicit NuHepMC(RunFacts facts);

  /// What is known of the run; may be changed between chunks.
  RunFacts& facts() { return facts_; }

  /// The text of a chunk of events, without head and end of the file.
  /// @throws Error where some events of a file have particles and others not
  std::string text(const EventsView& events);

 private:
  RunFacts facts_;
  std::vector<EventKind> known_{};
  int particles_ = -1;  ///< whether events have them, known from the first chunk on
};

}  // namespace nugan
