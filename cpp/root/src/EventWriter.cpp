#include <TROOT.h>

#include <algorithm>
#include <nugan/Error.hpp>
#include <nugan/event_formats.hpp>
#include <nugan/root/EventWriter.hpp>
#include <string_view>

#include "../../src/text/message.hpp"
#include "writers.hpp"

namespace nugan::root {

const std::vector<std::string>& formats() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    for (const EventFormat& format : event_formats())
      if (format.by_root) found.emplace_back(format.name);
    return found;
  }();
  return names;
}

std::unique_ptr<EventWriter> create(const std::string& path, Run run, const EventWriter::Config& config) {
  if (std::ranges::find(formats(), config.format) == formats().end()) {
    std::string names;
    for (const auto& name : formats()) names += (names.empty() ? "" : ", ") + name;
    throw Error(message("format '", config.format, "' is not one of ", names));
  }
  if (!path.ends_with(".root"))
    throw Error(message(path, ": expected a name with .root for the format ", config.format));
  check_holds(format_of(config.format), run.sigma.has_value(),
              run.beam && (run.beam->vertex || run.beam->time), !run.replicas.empty());
  auto file =
      std::make_unique<AtomicFile>(path, parse_compression(config.format, config.compression), config.force);
  if (format_of(config.format).object_class == "TTree")
    return make_tree_writer(std::move(file), std::move(run), config.format);
  return make_rntuple_writer(std::move(file), std::move(run));
}

std::unique_ptr<EventWriter> create(const std::string& path, Run run) {
  return create(path, std::move(run), {});
}

std::string root_version() {
  return gROOT->GetVersion();
}

}  // namespace nugan::root
