#pragma once

#include <cstdint>
#include <functional>
#include <nugan/Options.hpp>
#include <nugan/Run.hpp>
#include <nugan/Source.hpp>
#include <nugan/export.hpp>
#include <string>
#include <vector>

namespace nugan {

/// What a program needs beside its options: reads the flux that they name, for a probe (PDG).
using FluxReader = std::function<Flux(const Options& options, int probe)>;

/// The models that options ask for, ready to draw.
struct Opened {
  Source source;
  Run run;  ///< with everything but the program and its command; `requested` is the number to draw
  std::string warning;  ///< that the flux is named for another neutrino, or empty
};

/// Opens the models at the energies that options ask for.
/// @param options  of nugan-sample or nugan-gen
/// @param folders  with models, see models_folders
/// @param read     where there is a flux
/// @throws Error for no such model, energies outside of the models' range, too much of a flux there; see
///     Source, draw_number
NUGAN_EXPORT Opened open_source(const Options& options, const std::vector<std::string>& folders,
                                const FluxReader& read);

/// Draws the events that options ask for in chunks, each while the one before it is written.
/// @param opened   what to draw from; of an interrupted run, its protons on target become those of the events
///     that were drawn
/// @param options  with the number of the first event and the size of chunks
/// @param write    takes the chunks in order
/// @param stopped  asked now and then, at least ten times in a second: no chunk begins after a yes
/// @return         the number of events
/// @throws Error as Source::draw; whatever `write` and `stopped` throw
NUGAN_EXPORT std::int64_t draw_chunks(Opened& opened, const Options& options,
                                      const std::function<void(Events&&)>& write,
                                      const std::function<bool()>& stopped);

}  // namespace nugan
