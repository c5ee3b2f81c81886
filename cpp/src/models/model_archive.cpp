#include <algorithm>
#include <array>
#include <cmath>
#include <nugan/Constants.hpp>
#include <nugan/Error.hpp>
#include <nugan/model_archive.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "../events/grouped.hpp"
#include "../text/is_line.hpp"
#include "../text/joined.hpp"
#include "../text/json.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "ZipFile.hpp"

namespace nugan {

namespace {

enum class Kind { text, whole, number, two_numbers };

// What every model has
constexpr std::array<std::pair<const char*, Kind>, 7> required = {{{"name", Kind::text},
                                                                   {"probe", Kind::whole},
                                                                   {"target", Kind::whole},
                                                                   {"interaction", Kind::text},
                                                                   {"enu_range", Kind::two_numbers},
                                                                   {"latent_size", Kind::whole},
                                                                   {"shift", Kind::number}}};

bool is(const Value& value, Kind kind) {
  switch (kind) {
    case Kind::text:
      return value.get<std::string>() != nullptr;
    case Kind::whole:
      return value.get<std::int64_t>() != nullptr;
    case Kind::number:
      return value.number().has_value();
    case Kind::two_numbers: {
      const auto* list = value.get<Value::List>();
      return list && list->size() == 2 && is((*list)[0], Kind::number) && is((*list)[1], Kind::number);
    }
  }
  return false;
}

const char* in_words(Kind kind) {
  constexpr const char* words[] = {"a text", "a whole number", "a number", "two energies"};
  return words[static_cast<int>(kind)];
}

int whole(const Value& metadata, const char* key) {
  const auto value = *metadata.find(key)->get<std::int64_t>();
  if (!std::in_range<int>(value)) throw Error(message(key, " = ", value, ": expected a number of 32 bits"));
  return static_cast<int>(value);
}

Value parse_metadata(const std::string& text, const std::string& where) {
  Value metadata;
  try {
    metadata = parse_json(text);
  } catch (const Error& error) {
    throw Error(message(where, " is ", error.what()));
  }
  if (!metadata.get<Value::Map>()) throw Error(message(where, " is not a JSON object"));
  return metadata;
}

bool equal(const Value& one, const Value& other) {
  if (one.number() && other.number()) {
    const double a = *one.number(), b = *other.number();
    // a table may be float32
    const bool real = one.get<double>() || other.get<double>();
    return a == b || (real && std::abs(a - b) <= 1e-6 * std::abs(a));
  }
  if (const auto* text = one.get<std::string>())
    return other.get<std::string>() && *text == *other.get<std::string>();
  const auto *list = one.get<Value::List>(), *others = other.get<Value::List>();
  return list && others && std::ranges::equal(*list, *others, equal);
}

// A list of so many numbers of at least 0
std::vector<double> numbers_of(const Value& value, std::size_t size, const std::string& where) {
  const auto* list = value.get<Value::List>();
  std::vector<double> found;
  if (list)
    for (const auto& one : *list)
      if (const auto number = one.number(); number && *number >= 0 && std::isfinite(*number))
        found.push_back(*number);
  if (!list || found.size() != list->size() || found.size() != size)
    throw Error(message(where, ": expected ", size, " numbers of at least 0"));
  return found;
}

// Values in a message
std::string in_short(const std::string& text) {
  return nugan::quoted(text.size() > 60 ? text.substr(0, 60) + "..." : text);
}

std::string in_short(const Value& value) {
  if (const auto number = value.number()) return rounded(*number, 15);
  if (const auto* text = value.get<std::string>()) return in_short(*text);
  const auto* list = value.get<Value::List>();
  if (!list) return "something else";
  std::vector<std::string> parts;
  for (std::size_t k = 0; k < std::min<std::size_t>(list->size(), 3); ++k)
    parts.push_back(in_short((*list)[k]));
  return message('[', joined(parts), list->size() > 3 ? ", ...]" : "]");
}

}  // namespace

std::string read_extra(const std::string& path, const std::string& name) {
  const auto damaged = [&](const Error& error) {
    return Error(message(path, " is not a model archive, or it is truncated (", error.what(), ")"));
  };
  std::optional<ZipMember> found;
  try {
    for (const auto& [member, where] : zip_members(path))
      if (!found && member.ends_with("/extra/" + name)) found = where;
  } catch (const Error& error) {
    throw damaged(error);
  }
  if (!found) throw Error(message(path, " has no ", name, ": not a model of nugan-hep"));
  if (found->size != found->stored_size)
    throw Error(
        message(path, ": ", name, " is compressed: store it without (zip -0), as torch.jit.save does"));
  try {
    return read_zip_member(path, *found);
  } catch (const Error& error) {
    throw damaged(error);
  }
}

void check_model(const ModelInfo& info) {
  const auto need = [&](bool good, const char* name, const auto& value, const std::string& expected) {
    if (!good) throw Error(message(name, " = ", value, ": expected ", expected));
  };
  const auto& [probe, target, current, channel] = info.process;
  const double least = info.process.lepton_mass() + info.shift;
  need(is_line(info.name), "name", in_short(info.name), "a line of text");
  need(is_line(info.interaction), "interaction", in_short(info.interaction), "a line of text");
  need(is_neutrino(probe), "probe", probe, "the PDG number of a neutrino");
  need(is_nucleus(target), "target", target, "the PDG number of a nucleus, 100ZZZAAA0");
  need(info.latent_size >= 1 && info.latent_size <= 65536, "latent_size", info.latent_size, "1 to 65536");
  need(info.shift > 0 && std::isfinite(info.shift), "shift", info.shift, "above 0 GeV");
  need(info.enu_min > least, "enu_min", info.enu_min,
       message("above the threshold, ", least, " GeV (lepton's mass + shift)"));
  need(info.enu_max > info.enu_min, "enu_max", info.enu_max,
       message("above enu_min, ", info.enu_min, " GeV"));
  need(info.enu_max <= 1e9, "enu_max", info.enu_max, "1e9 GeV at most");
}

Value read_metadata(const std::string& path) {
  const std::string where = message(path, ": ", metadata_file);
  const Value metadata = parse_metadata(read_extra(path, metadata_file), where);
  const auto* version = metadata.find("format_version");
  const auto number = version ? version->number() : std::nullopt;
  if (number != archive_format_version)
    throw Error(message(path, ": format version ", number ? message(*number) : "none", ", expected ",
                        archive_format_version));
  for (const auto& [key, kind] : required) {
    const auto* value = metadata.find(key);
    if (!value) throw Error(message(where, " has no ", key));
    if (!is(*value, kind)) throw Error(message(where, ": ", key, " is not ", in_words(kind)));
  }
  const auto& range = *metadata.find("enu_range")->get<Value::List>();
  try {
    ModelInfo said;
    said.name = *metadata.find("name")->get<std::string>();
    said.interaction = *metadata.find("interaction")->get<std::string>();
    said.process = process_of(metadata);
    said.latent_size = whole(metadata, "latent_size");
    said.enu_min = *range[0].number();
    said.enu_max = *range[1].number();
    said.shift = *metadata.find("shift")->number();
    check_model(said);
  } catch (const Error& error) {
    throw Error(message(where, ": ", error.what()));
  }
  return metadata;
}

void check_metadata(const ModelInfo& info) {
  const std::string where = message(info.file, ": ", metadata_file);
  const Value metadata = parse_metadata(info.metadata, where);
  const auto compare = [&](const Value* said, const char* name, const Value& network) {
    if (said && !equal(*said, network))
      throw Error(message(where, " says ", name, " = ", in_short(*said), ", the network ", in_short(network),
                          ": the archive was changed after it was written"));
  };
  const auto& process = info.process;
  compare(metadata.find("name"), "name", info.name);
  compare(metadata.find("probe"), "probe", process.probe);
  compare(metadata.find("target"), "target", process.target);
  compare(metadata.find("interaction"), "interaction", info.interaction);
  compare(metadata.find("current"), "current", process.current_name());
  compare(metadata.find("channel"), "channel", name_of(process.channel).word);
  compare(metadata.find("latent_size"), "latent_size", info.latent_size);
  compare(metadata.find("enu_range"), "enu_range", Value::List{info.enu_min, info.enu_max});
  compare(metadata.find("shift"), "shift", info.shift);
  compare(metadata.find("cross_section", "enu"), "the energies of the cross section", info.xsec_enu);
  compare(metadata.find("cross_section", "sigma"), "the cross section", info.xsec);
  compare(metadata.find("cross_section", "relative_error"), "the error of the cross section",
          info.xsec_relative_error);
  compare(metadata.find("sha256"), "sha256", info.sha256);
}

std::vector<double> xsec_error_of(const ModelInfo& info) {
  const std::string where = message(info.file, ": ", metadata_file);
  const Value metadata = parse_metadata(info.metadata, where);
  const auto* said = metadata.find("cross_section", "error");
  return said ? numbers_of(*said, info.xsec_enu.size(), where + ": cross_section.error")
              : std::vector<double>();
}

std::vector<ChannelTable> channels_of(const ModelInfo& info) {
  const std::string where = message(info.file, ": ", metadata_file, ": cross_section.channels");
  const Value metadata = parse_metadata(info.metadata, where);
  const auto* said = metadata.find("cross_section", "channels");
  if (!said) return {};
  const auto* map = said->get<Value::Map>();
  if (!map) throw Error(message(where, ": expected an object with the channels"));
  if (info.xsec_enu.size() < 2)
    throw Error(message(where, ": expected a cross section of two energies or more beside"));
  std::vector<ChannelTable> tables;
  for (const auto& [letters, part] : *map) {
    const auto channel = mode_of_letters(letters);
    if (!channel) throw Error(message(where, ": unknown channel ", in_short(letters)));
    const auto numbers = [&](const char* name) {
      const auto* value = part.find(name);
      return numbers_of(value ? *value : Value(), info.xsec_enu.size(),
                        message(where, '.', letters, '.', name));
    };
    tables.push_back({*channel, numbers("sigma"), numbers("error")});
  }
  for (std::size_t k = 0; k < info.xsec.size(); ++k) {
    double sum = 0;
    for (const auto& table : tables) sum += table.sigma[k];
    if (std::abs(sum - info.xsec[k]) > 1e-4 * info.xsec[k] + 1e-9)
      throw Error(message(where, ": they add up to ", sum, " at ", info.xsec_enu[k], " GeV, expected ",
                          info.xsec[k], ", the cross section"));
  }
  return tables;
}

Process process_of(const Value& metadata) {
  const auto text = [&](const char* name) {
    const auto* value = metadata.find(name);
    const auto* words = value ? value->get<std::string>() : nullptr;
    return words ? std::optional(*words) : std::nullopt;
  };
  return process_of(whole(metadata, "probe"), whole(metadata, "target"), text("interaction").value_or(""),
                    text("current"), text("channel"));
}

std::optional<std::int64_t> training_events(const Value& metadata) {
  const auto* data = metadata.find("training", "data");
  if (!data) return {};
  const auto* replayed = data->find("replay", "events");
  const auto* events = replayed ? replayed : data->find("events");
  const auto* number = events ? events->get<std::int64_t>() : nullptr;
  return number ? std::optional(*number) : std::nullopt;
}

}  // namespace nugan
