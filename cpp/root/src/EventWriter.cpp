#include <TROOT.h>

#include <map>
#include <nugan/Error.hpp>
#include <nugan/root/EventWriter.hpp>

#include "../../src/message.hpp"
#include "writers.hpp"

namespace nugan::root {

const std::vector<std::string>& formats() {
  static const std::vector<std::string> names = {"gst", "rootracker", "rntuple"};
  return names;
}

std::unique_ptr<EventWriter> create(const std::string& path, Run run, const EventWriter::Config& config) {
  const std::map<std::string, decltype(&make_gst_writer)> makers = {
      {"gst", make_gst_writer}, {"rootracker", make_rootracker_writer}, {"rntuple", make_rntuple_writer}};
  const auto maker = makers.find(config.format);
  if (maker == makers.end()) {
    std::string names;
    for (const auto& name : formats()) names += (names.empty() ? "" : ", ") + name;
    throw Error(message("format '", config.format, "' is not one of ", names));
  }
  if (!path.ends_with(".root"))
    throw Error(message(path, ": expected a name with .root for the format ", config.format));
  return maker->second(std::make_unique<AtomicFile>(path, config.compression, config.force), std::move(run));
}

std::unique_ptr<EventWriter> create(const std::string& path, Run run) {
  return create(path, std::move(run), {});
}

std::string root_version() {
  return gROOT->GetVersion();
}

}  // namespace nugan::root
