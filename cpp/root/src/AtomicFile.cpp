#include "AtomicFile.hpp"

#include <TDirectory.h>
#include <TError.h>
#include <TFile.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <nugan/Error.hpp>
#include <random>
#include <string_view>
#include <thread>

#include "../../src/text/message.hpp"

namespace nugan::root {

namespace {

namespace fs = std::filesystem;

// ROOT says what goes wrong on standard error and goes on: the first such line is kept instead
std::mutex mutex;
std::string first_complaint;
int first_errno = 0;
std::thread::id listener;

void note(int level, Bool_t abort, const char* place, const char* text) {
  if (level < kError || abort || std::this_thread::get_id() != listener)
    return DefaultErrorHandler(level, abort, place, text);
  const int system_error = errno;
  const std::lock_guard lock(mutex);
  if (!first_complaint.empty()) return;
  first_complaint = message(place ? place : "ROOT", ": ", text);
  if (level == kSysError) first_errno = system_error;
  // a file takes less than it is given where the disk is full, and the system says so at the next try only
  if (first_complaint.find(", wrote ") != std::string::npos) first_errno = ENOSPC;
}

class Listening {
 public:
  Listening() : before_(SetErrorHandler(note)) {
    const std::lock_guard lock(mutex);
    first_complaint.clear();
    first_errno = 0;
    listener = std::this_thread::get_id();
  }
  ~Listening() { SetErrorHandler(before_); }
  /// The system's reason, where there is one, else ROOT's.
  static std::string heard() {
    const std::lock_guard lock(mutex);
    return first_errno ? std::strerror(first_errno) : first_complaint;
  }

 private:
  ErrorHandlerFunc_t before_;
};

// ROOT's number for it, see ROOT::RCompressionSetting
int compression_settings(const Compression& compression) {
  const std::map<std::string, int> algorithms = {{"none", 0}, {"zlib", 1}, {"lz4", 4}, {"zstd", 5}};
  return 100 * algorithms.at(compression.algorithm) + compression.level;
}

// Some disks say only now that they are full; a file system without the call says EINVAL
int sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY);
  if (descriptor < 0) return errno;
  int error = ::fsync(descriptor) ? errno : 0;
  if (::close(descriptor) && !error) error = errno;
  return error == EINVAL || error == EROFS ? 0 : error;
}

// ROOT takes what follows these for options of an address
constexpr const char* marks = "?#|";

}  // namespace

AtomicFile::AtomicFile(const std::string& path, const Compression& compression, bool force) : force_(force) {
  const int settings = compression_settings(compression);
  std::error_code ignored;
  // through a symbolic link the file is replaced, not the link
  const fs::path target = fs::weakly_canonical(fs::absolute(path, ignored), ignored);
  path_ = target.empty() ? path : target.string();
  check_target(path_, force_);
  check_not_being_written(path_);
  if (target.parent_path().string().find_first_of(marks) != std::string::npos)
    throw Error(message("cannot write ", path_, ": ROOT takes no folders with ", marks, " in their names"));
  std::string name = target.filename().string();
  std::ranges::replace_if(
      name, [](char c) { return std::string_view(marks).find(c) != std::string::npos; }, '_');
  std::random_device random;
  part_ = target.parent_path() / message(".", name, ".", ::getpid(), "-", std::hex, random(), ".part");
  const TDirectory::TContext context;  // the caller's folder stays the current one
  const Listening listening;
  errno = 0;
  file_ = std::make_unique<TFile>(part_.c_str(), "RECREATE", "", settings);
  if (file_->IsZombie()) {
    const std::string reason = errno ? std::strerror(errno) : Listening::heard();
    file_.reset();
    fs::remove(part_, ignored);
    throw Error(message("cannot write ", path_, ": ", reason));
  }
  mark_ = std::make_unique<PartMark>(part_);
}

AtomicFile::~AtomicFile() {
  if (!file_) return;
  const TDirectory::TContext context;
  const Listening listening;  // what cannot be written now is of no interest
  file_.reset();
  std::error_code ignored;
  fs::remove(part_, ignored);
}

void AtomicFile::with(const std::function<void(TFile&)>& action) {
  if (!file_) throw Error(message(path_, " is closed: nothing more can be written"));
  const TDirectory::TContext context(file_.get());
  const Listening listening;
  std::string thrown;
  try {
    action(*file_);
  } catch (const std::exception& error) {  // RNTuple throws where TTree prints
    thrown = error.what();
    thrown = thrown.substr(0, thrown.find('\n'));
  }
  const std::string heard = Listening::heard();
  if (file_->TestBit(TFile::kWriteError) || !heard.empty() || !thrown.empty())
    throw Error(message("cannot write ", path_, ": ",
                        !heard.empty()    ? heard
                        : !thrown.empty() ? thrown
                                          : "the disk failed"));
}

void AtomicFile::close() {
  with([](TFile& file) { file.Close(); });
  check_target(path_, force_);  // another run may have finished meanwhile
  if (const int reason = sync(part_))
    throw Error(message("cannot write ", path_, ": ", std::strerror(reason)));
  std::error_code error;
  fs::rename(part_, path_, error);
  if (error) throw Error(message("cannot write ", path_, ": ", error.message()));
  sync(fs::path(path_).parent_path());
  file_.reset();
}

}  // namespace nugan::root
