#include <algorithm>
#include <cctype>
#include <limits>
#include <nugan/Error.hpp>
#include <nugan/Options.hpp>
#include <nugan/event_formats.hpp>

#include "../events/grouped.hpp"
#include "option_table.hpp"

namespace nugan {

namespace {

constexpr std::int64_t usual_events = 1'000'000;
constexpr std::int64_t most_events = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t most_per_chunk = 1'000'000;

using Words = std::vector<std::string>;

std::vector<const Option*> options_of(bool gen) {
  std::vector<const Option*> all;
  for (const auto& section : option_table())
    for (const auto& option : section.options)
      if (!gen || !option.only_sample) all.push_back(&option);
  return all;
}

// -1:1 and - alone are values
bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' &&
         (word[1] == '-' || std::isalpha(static_cast<unsigned char>(word[1])));
}

class Parser {
 public:
  Parser(bool gen, const Words& words) : known_(options_of(gen)), words_(words) {
    for (const auto* option : known_)
      if (*option->usual) option->take(options_, {option->name, {option->usual}});
  }

  Options parse() {
    while (next_ < words_.size() && options_.show != "help") take(words_[next_++]);
    return options_;
  }

  const std::vector<const Option*>& given() const { return given_; }

 private:
  [[noreturn]] static void unknown(const std::string& word) {
    throw Error(message("unrecognized arguments: ", word, " (see --help)"));
  }

  void take(const std::string& word) {
    if (!is_option(word)) unknown(word);
    const bool is_long = word.starts_with("--");
    const auto end = is_long ? std::min(word.find('='), word.size()) : 2;
    const std::string name = word.substr(0, end);
    const Option& option = is_long ? find_long(name, word) : find_short(name, word);
    check_group(option);
    Given given{option.name, {}};
    const auto count = *option.value ? split(option.value, ' ').size() : 0;
    if (end < word.size()) {
      if (count == 0) throw Error(message("argument ", option.name, ": takes no value (see --help)"));
      given.values.push_back(word.substr(word[end] == '=' ? end + 1 : end));
    }
    while (given.values.size() < count && next_ < words_.size() && !is_option(words_[next_]))
      given.values.push_back(words_[next_++]);
    if (given.values.size() < count)
      throw Error(message("argument ", option.name, ": expected ",
                          count == 1 ? "one argument" : message(count, " arguments"), " (see --help)"));
    for (const auto& value : given.values)
      if (value.empty()) throw Error(message("argument ", option.name, ": an empty value (see --help)"));
    option.take(options_, given);
    given_.push_back(&option);
  }

  const Option& find_short(const std::string& name, const std::string& word) const {
    const std::string wanted = name == "-h" ? "--help" : name;
    for (const auto* option : known_)
      if (option->name == wanted && (name != "-h" || word == name)) return *option;
    unknown(word);
  }

  // By its name or the beginning of it
  const Option& find_long(const std::string& name, const std::string& word) const {
    Words names;
    const Option* found = nullptr;
    for (const auto* option : known_) {
      if (option->name == name) return *option;
      if (std::string_view(option->name).starts_with(name)) {
        names.emplace_back(option->name);
        found = option;
      }
    }
    if (!found || name == "--") unknown(word);
    if (names.size() > 1)
      throw Error(message("ambiguous option: ", name, " could match ", joined(names), " (see --help)"));
    return *found;
  }

  void check_group(const Option& option) const {
    for (const auto* other : given_)
      if (other != &option && option.group != 0 && other->group == option.group)
        throw Error(
            message("argument ", option.name, ": not allowed with argument ", other->name, " (see --help)"));
  }

  std::vector<const Option*> known_, given_;
  const Words& words_;
  std::size_t next_ = 0;
  Options options_;
};

void check_together(const std::vector<const Option*>& given, const Options& o) {
  if (o.flux.empty())
    for (const auto* option : given)
      if (option->needs_flux) throw Error(message(option->name, " needs a flux: expected --flux"));
  if (o.weighted && o.exposure)
    throw Error("--exposure counts events of weight 1: give it or --weighted, not both");
  if (!o.probe.empty() && !o.flavours.empty())
    throw Error("--flavours are several neutrinos, --probe is one: give one of the two");
  const char* neutrino = o.flavours.empty() ? "--probe" : "--flavours";
  const bool no_neutrino = o.probe.empty() && o.flavours.empty();
  if (no_neutrino != o.target.empty())
    throw Error(message(no_neutrino ? "--target" : neutrino, " goes with ",
                        no_neutrino ? neutrino : "--target", ": expected both"));
  if (!no_neutrino && !o.model.empty())
    throw Error(
        message("--model has a probe and a target: give it or ", neutrino, " and --target, not both"));
  if (o.n) check_number(static_cast<double>(*o.n), message("-n ", grouped(*o.n)), o.first);
  if (o.chunk > most_per_chunk)
    throw Error(message("--chunk ", grouped(o.chunk), " is above ", grouped(most_per_chunk)));
}

// The format is the one said, or the only one with the file's suffix, or the usual one
void choose_format(Options& o, bool gen) {
  const auto& formats = event_formats();
  if (o.format.empty()) {
    const Words named = o.out.empty() ? Words{} : formats_of_suffix(o.out);
    o.format = named.size() == 1 ? named.front() : formats.front().name;
  }
  if (o.out.empty()) {
    const auto known = std::ranges::find(formats, o.format, &EventFormat::name);
    o.out = "events" + (known == formats.end() ? ".root" : known->suffixes.front());
  }
  const EventFormat& format = check_format(o.format, o.out);
  if (gen && !format.by_root)
    throw Error(
        message("format ", o.format, " is written by nugan-sample; nugan-gen has ", format_names(true)));
  if (o.root_writer && !format.by_root)
    throw Error(message("--root-writer has the formats ", format_names(true), ", not ", o.format,
                        "; leave it out, nugan-sample writes them all"));
  check_holds(format, true, o.beam.vertex || o.beam.time, o.replicas > 0);
  if (o.compression.empty()) o.compression = usual_compression(format, o.out);
  parse_compression(o.format, o.compression);
}

}  // namespace

Options parse_options(const std::string& program, const Words& words) {
  const bool gen = program == "nugan-gen";
  Parser parser(gen, words);
  Options options = parser.parse();
  options.program = program;
  if (options.show == "help") return options;
  if (!options.n && !options.exposure) options.n = usual_events;
  check_together(parser.given(), options);
  choose_format(options, gen);
  return options;
}

void check_number(double n, const std::string& what, std::int64_t first) {
  if (n > static_cast<double>(most_events))
    throw Error(message(what, " is above ", grouped(most_events),
                        ", the most events that the 32-bit event number counts"));
  if (static_cast<double>(first) + n - 1 > static_cast<double>(most_events))
    throw Error(
        message(what, " from --first ", grouped(first), " on: event numbers end at ", grouped(most_events)));
}

}  // namespace nugan
