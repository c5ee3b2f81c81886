#pragma once

#include <cstdint>
#include <nugan/export.hpp>
#include <string>

namespace nugan {

/// A lower bound of the bytes that an event takes in a file of a format that both languages write.
/// @param format      gst, rootracker or rntuple
/// @param compressed  random mantissas do not compress: at one energy zlib:9 still needs more than this
/// @throws Error for another format
NUGAN_EXPORT double least_event_bytes(const std::string& format, bool compressed);

/// Refuse an output that could not or should not take the name `path`.
/// @throws Error for a missing folder, what is not a regular file, or a file that is there without `force`
NUGAN_EXPORT void check_target(const std::string& path, bool force);

/// Refuse what the disk cannot hold.
/// @param path    of the file
/// @param events  their number, for the message
/// @param bytes   that they take at least
/// @throws Error where fewer are free
NUGAN_EXPORT void check_space(const std::string& path, std::int64_t events, double bytes);

/// Marks a file that is being written under another name, `.NAME.PROCESS-RANDOM.part`, as such.
///
/// The mark goes with the object or the process, whatever ends it. Where the file system has no locks there
/// is none.
class NUGAN_EXPORT PartMark {
 public:
  explicit PartMark(const std::string& part);
  ~PartMark();
  PartMark(const PartMark&) = delete;
  PartMark& operator=(const PartMark&) = delete;

 private:
  int descriptor_;
};

/// Refuse a file name that another run is writing.
/// @throws Error where a marked part of it lies beside it; names the process
NUGAN_EXPORT void check_not_being_written(const std::string& path);

}  // namespace nugan
