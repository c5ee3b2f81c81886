#include <array>
#include <nugan/Error.hpp>
#include <nugan/model_archive.hpp>
#include <string_view>
#include <utility>

#include "ZipFile.hpp"
#include "json.hpp"
#include "message.hpp"

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

}  // namespace

std::string read_extra(const std::string& path, const std::string& name) {
  try {
    for (const auto& [member, where] : zip_members(path))
      if (member.ends_with("/extra/" + name)) return read_zip_member(path, where);
  } catch (const Error& error) {
    throw Error(message(path, " is not a model archive, or it is truncated (", error.what(), ")"));
  }
  throw Error(message(path, " has no ", name, ": not a model of nugan-hep"));
}

Value read_metadata(const std::string& path) {
  const std::string text = read_extra(path, metadata_file);
  Value metadata;
  try {
    metadata = parse_json(text);
  } catch (const Error& error) {
    throw Error(message(path, ": ", metadata_file, " is ", error.what()));
  }
  if (!metadata.get<Value::Map>()) throw Error(message(path, ": ", metadata_file, " is not a JSON object"));
  const auto* version = metadata.find("format_version");
  const auto number = version ? version->number() : std::nullopt;
  if (number != archive_format_version)
    throw Error(message(path, ": format version ", number ? message(*number) : "none", ", expected ",
                        archive_format_version));
  for (const auto& [key, kind] : required) {
    const auto* value = metadata.find(key);
    if (!value) throw Error(message(path, ": ", metadata_file, " has no ", key));
    if (!is(*value, kind))
      throw Error(message(path, ": ", metadata_file, ": ", key, " is not ", in_words(kind)));
  }
  return metadata;
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
