#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nugan/Error.hpp>
#include <nugan/event_files.hpp>
#include <optional>
#include <string_view>

#include "../text/message.hpp"
#include "grouped.hpp"

namespace nugan {

namespace {

namespace fs = std::filesystem;

// The process in ".NAME.PROCESS-RANDOM.part"
std::optional<std::string> writer_in(std::string_view part, const std::string& name) {
  const std::string start = "." + name + ".", end = ".part";
  if (!part.starts_with(start) || !part.ends_with(end) || part.size() < start.size() + end.size())
    return std::nullopt;
  part = part.substr(start.size(), part.size() - start.size() - end.size());
  const auto dash = part.find('-');
  const auto process = part.substr(0, dash);
  const bool fits = dash != part.npos && !process.empty() &&
                    process.find_first_not_of("0123456789") == process.npos &&
                    part.substr(dash + 1).find_first_not_of("0123456789abcdef") == part.npos;
  return fits ? std::optional(std::string(process)) : std::nullopt;
}

bool is_marked(const fs::path& part) {
  const int descriptor = ::open(part.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool marked = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(descriptor);
  return marked;
}

}  // namespace

PartMark::PartMark(const std::string& part) : descriptor_(::open(part.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ >= 0) ::flock(descriptor_, LOCK_EX | LOCK_NB);
}

PartMark::~PartMark() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void check_target(const std::string& path, bool force) {
  std::error_code ignored;
  const fs::path file(path), folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, ignored))
    throw Error(message("cannot write ", path, ": there is no folder ", folder.string()));
  if (!fs::exists(file, ignored)) return;
  if (!fs::is_regular_file(file, ignored))
    throw Error(message("cannot write ", path, ": it exists and is not a regular file"));
  if (!force) throw Error(message(path, " exists; give another name or --force to replace it"));
}

void check_space(const std::string& path, std::int64_t events, double bytes) {
  std::error_code error;
  const auto folder = fs::absolute(path, error).parent_path();
  const auto free = static_cast<double>(fs::space(folder, error).available);
  if (!error && bytes > free)
    throw Error(message(grouped(events), " events take at least ", rounded(bytes / 1e9, 3), " GB, but ",
                        folder.string(), " has ", rounded(free / 1e9, 3), " GB free"));
}

void check_not_being_written(const std::string& path) {
  const fs::path file(path);
  std::error_code error;
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto process = writer_in(entry->path().filename().string(), file.filename().string());
    if (process && is_marked(entry->path()))
      throw Error(message(path, " is being written by another run (process ", *process,
                          "); give another name, or wait until it has ended"));
  }
}

}  // namespace nugan
