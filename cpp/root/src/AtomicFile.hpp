#pragma once

#include <functional>
#include <memory>
#include <nugan/event_files.hpp>
#include <nugan/event_formats.hpp>
#include <string>

class TFile;

namespace nugan::root {

/// A ROOT file under a hidden name beside its own, which it takes when it is closed well.
class AtomicFile {
 public:
  /// @throws Error for a folder that is missing, a file that is there (without `force`), is being written by
  ///     another run or cannot be made
  AtomicFile(const std::string& path, const Compression& compression, bool force);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Does something with the file. @throws Error if ROOT complains of it
  void with(const std::function<void(TFile&)>& action);

  /// Closes the file and gives it its name. @throws Error if that fails
  void close();

 private:
  std::string path_, part_;
  bool force_;
  std::unique_ptr<TFile> file_;
  std::unique_ptr<PartMark> mark_;
};

}  // namespace nugan::root
