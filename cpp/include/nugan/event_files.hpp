#pragma once

#include <nugan/export.hpp>
#include <nugan/formats.hpp>
#include <string>

namespace nugan {

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
