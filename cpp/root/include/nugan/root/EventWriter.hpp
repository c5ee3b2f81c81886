#pragma once

#include <cstdint>
#include <memory>
#include <nugan/Events.hpp>
#include <nugan/root/Run.hpp>
#include <nugan/root/export.hpp>
#include <string>
#include <vector>

namespace nugan::root {

/// Writes events to a ROOT file that appears under its name when it is closed, and not at all otherwise.
///
///     nugan::Source source({{nugan::Sampler("numu_C12_inc"), 1.0}}, {.low = 1, .high = 1}, 7);
///     auto writer = nugan::root::create("events.root", nugan::run_of(source));
///     writer->write(source.draw(0, 10'000));
///     writer->close();
class NUGAN_ROOT_EXPORT EventWriter {
 public:
  /// How a file is written.
  struct Config {
    std::string format = "gst";          ///< whose files are ROOT's, such as gst
    std::string compression = "zstd:1";  ///< zstd, lz4 or zlib, with levels 1 to 9, or none
    bool force = false;                  ///< replace an existing file
  };

  virtual ~EventWriter() = default;

  /// Appends events. @throws Error where the file cannot be written, such as a full disk
  virtual void write(const Events& events) = 0;

  /// Writes the rest and the run, and gives the file its name. @throws Error as above
  virtual void close() = 0;

  /// What goes into the file when it is closed.
  Run& run() { return run_; }

  /// Events written so far.
  std::int64_t events() const { return events_; }

 protected:
  explicit EventWriter(Run run) : run_(std::move(run)) {}

  Run run_;
  std::int64_t events_ = 0;
};

/// A writer of a format.
/// @throws Error for an unknown format or compression, another suffix than .root, a file that is there or
///     cannot be written
NUGAN_ROOT_EXPORT std::unique_ptr<EventWriter> create(const std::string& path, Run run,
                                                      const EventWriter::Config& config);
NUGAN_ROOT_EXPORT std::unique_ptr<EventWriter> create(const std::string& path, Run run);

/// Names of the formats.
NUGAN_ROOT_EXPORT const std::vector<std::string>& formats();

/// Version of the ROOT that writes, such as "6.40.00".
NUGAN_ROOT_EXPORT std::string root_version();

}  // namespace nugan::root
