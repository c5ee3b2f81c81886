#include "Options.hpp"

#include <getopt.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <nugan/Error.hpp>

#include "../../src/message.hpp"
#include "../../src/split.hpp"
#include "../../src/to_number.hpp"

using nugan::Error;
using nugan::message;

const char* const help =
    R"(usage: nugan-gen [options]

Draw charged-current neutrino events from trained models into a ROOT file: nugan-sample without Python.
The same options and seed give the same events.

  --model NAME|PATH     model's name or .pt file (default numu_C12_inc)
  --probe P             with --target: numu, numubar or PDG number, in place of --model
  --target T            C12, Ar, 1000180400, or by mass C12=0.9,Ar40=0.1
  -n N                  events, 1e6 allowed (default 1e6)
  --exposure POT,MASS   protons on target and t instead of -n
  --first N             number of the first event (default 0): goes on where another job of the same
                        seed ends
  --energy E            one neutrino energy [GeV]
  --uniform LO HI       energies uniform in [LO, HI] GeV (default: the model's range)
  --flux FILE[:HIST]    energies of flux x cross section: a TH1 or TGraph of a ROOT file, or a table
                        of text; HIST may have a cycle, as numu;1
  --flux-units U        unit of the flux values, such as "/cm2/1e21POT/50MeV" or "/bin", if the file
                        does not give one; "/bin, E in MeV" for energies in MeV
  --flux-columns C      of a table, as low,high,flux, centre,flux or point,numu,numubar;
                        - for one to leave out
  --allow-flux-outside  let more than 5 % of the rate lie outside of the model's range
  --weighted            energies uniform over the flux, its shape in the column wght
  --vertex X,Y,Z        m; uniform in X1:X2,Y1:Y2,Z1:Z2
  --time T              s; uniform in T1:T2
  --beam-dir X,Y,Z      direction of the beam (default 0,0,1)
  --seed S              0 to 2^64 - 1 (default 1)
  --out FILE            default events.root
  --format F            gst (default), rootracker, rntuple
  --device cpu|cuda[:k] default cpu
  --backend B           auto, fused or torch: what runs the network (default auto)
  --threads T           CPU threads (default 0: all)
  --chunk C             events held at once (default 100000)
  --compression A[:L]   zstd, lz4, zlib or none (default zstd:1)
  --force               replace an existing file
  --quiet               no progress, no summary
  --list-models         show the models that --model knows by name
  --version             show versions
  --help                show this

exit codes: 0 done, 2 bad input, 130 interrupted (143 by SIGTERM)
)";

namespace {

constexpr std::int64_t most_events = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t most_per_chunk = 1'000'000;

[[noreturn]] void refuse(const std::string& option, const std::string& value, const std::string& expected) {
  throw Error(message("argument ", option, ": '", value, "' is not ", expected, " (see --help)"));
}

std::int64_t count(const std::string& option, const std::string& text) {
  const auto value = nugan::to_number(text);
  if (!value || !(*value >= 1 && *value <= 9e18) || *value != std::floor(*value))
    refuse(option, text, "a whole number of at least 1");
  return static_cast<std::int64_t>(*value);
}

// From 0 on
std::int64_t number(const std::string& option, const std::string& text) {
  const auto value = nugan::to_number(text);
  if (!value || !(*value >= 0 && *value <= 9e18) || *value != std::floor(*value))
    refuse(option, text, "a whole number of at least 0");
  return static_cast<std::int64_t>(*value);
}

double positive(const std::string& option, const std::string& text) {
  const auto value = nugan::to_number(text);
  if (!value || !(*value > 0 && std::isfinite(*value))) refuse(option, text, "a finite number above 0");
  return *value;
}

template <class Whole>
Whole whole(const std::string& option, const std::string& text, Whole most, const std::string& expected) {
  Whole value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (error != std::errc{} || stop != text.data() + text.size() || !digits || value > most)
    refuse(option, text, expected);
  return value;
}

std::pair<double, double> exposure(const std::string& text) {
  const auto parts = nugan::split(text, ',');
  const auto pot = nugan::to_number(parts.front()), mass = nugan::to_number(parts.back());
  if (parts.size() != 2 || !pot || !mass || !(*pot > 0 && *mass > 0) || !std::isfinite(*pot + *mass))
    refuse("--exposure", text, "POT,MASS: two finite numbers above 0, protons on target and tonnes");
  return {*pot, *mass};
}

// Two values follow one name, which getopt does not know
std::pair<double, double> uniform(const std::string& first, int argc, char** argv) {
  if (optind >= argc) throw Error("argument --uniform: expected 2 arguments (see --help)");
  return {positive("--uniform", first), positive("--uniform", argv[optind++])};
}

void check(const Options& o) {
  if (o.flux.empty()) {
    const std::map<const char*, bool> given = {{"--flux-units", !o.flux_units.empty()},
                                               {"--flux-columns", !o.flux_columns.empty()},
                                               {"--allow-flux-outside", o.allow_flux_outside},
                                               {"--weighted", o.weighted},
                                               {"--exposure", o.exposure.has_value()}};
    for (const auto& [option, is_given] : given)
      if (is_given) throw Error(message(option, " needs a flux: expected --flux"));
  }
  if (o.weighted && o.exposure)
    throw Error("--exposure counts events of weight 1: give it or --weighted, not both");
  if (o.n && o.exposure) throw Error("argument --exposure: not allowed with argument -n (see --help)");
  if ((o.energy ? 1 : 0) + (o.uniform ? 1 : 0) + (o.flux.empty() ? 0 : 1) > 1)
    throw Error("give one of --energy, --uniform and --flux (see --help)");
  if (o.probe.empty() != o.target.empty()) {
    const bool no_probe = o.probe.empty();
    throw Error(message(no_probe ? "--target" : "--probe", " goes with ", no_probe ? "--probe" : "--target",
                        ": expected both"));
  }
  if (!o.probe.empty() && !o.model.empty())
    throw Error("--model has a probe and a target: give it or --probe and --target, not both");
  if (o.n) check_number(static_cast<double>(*o.n), message("-n ", *o.n), o.first);
  if (o.chunk > most_per_chunk) throw Error(message("--chunk ", o.chunk, " is above ", most_per_chunk));
  for (const char* name : {"nuhepmc", "nuisance", "parquet", "npz"})
    if (o.writer.format == name)
      throw Error(
          message("format ", name, " is written by nugan-sample; nugan-gen has gst, rootracker, rntuple"));
}

}  // namespace

void check_number(double n, const std::string& what, std::int64_t first) {
  if (n > static_cast<double>(most_events))
    throw Error(
        message(what, " is above ", most_events, ", the most events that the 32-bit event number counts"));
  if (static_cast<double>(first) + n - 1 > static_cast<double>(most_events))
    throw Error(message(what, " from --first ", first, " on: event numbers end at ", most_events));
}

Options parse(int argc, char** argv) {
  enum Flag { flag = 256, allow, weighted, force, quiet, models, version, show_help };
  // the letters are those of the switch below
  const option options[] = {{"model", required_argument, nullptr, 'm'},
                            {"probe", required_argument, nullptr, 'p'},
                            {"target", required_argument, nullptr, 't'},
                            {"exposure", required_argument, nullptr, 'x'},
                            {"first", required_argument, nullptr, 'N'},
                            {"energy", required_argument, nullptr, 'e'},
                            {"uniform", required_argument, nullptr, 'u'},
                            {"flux", required_argument, nullptr, 'f'},
                            {"flux-units", required_argument, nullptr, 'U'},
                            {"flux-columns", required_argument, nullptr, 'C'},
                            {"allow-flux-outside", no_argument, nullptr, allow},
                            {"weighted", no_argument, nullptr, weighted},
                            {"vertex", required_argument, nullptr, 'v'},
                            {"time", required_argument, nullptr, 'T'},
                            {"beam-dir", required_argument, nullptr, 'b'},
                            {"seed", required_argument, nullptr, 's'},
                            {"out", required_argument, nullptr, 'o'},
                            {"format", required_argument, nullptr, 'F'},
                            {"device", required_argument, nullptr, 'd'},
                            {"backend", required_argument, nullptr, 'B'},
                            {"threads", required_argument, nullptr, 'j'},
                            {"chunk", required_argument, nullptr, 'c'},
                            {"compression", required_argument, nullptr, 'z'},
                            {"force", no_argument, nullptr, force},
                            {"quiet", no_argument, nullptr, quiet},
                            {"list-models", no_argument, nullptr, models},
                            {"version", no_argument, nullptr, version},
                            {"help", no_argument, nullptr, show_help},
                            {nullptr, 0, nullptr, 0}};
  Options o;
  opterr = 0;
  optind = 1;
  int index = -1;  // of a long option
  for (int code; (code = getopt_long(argc, argv, ":n:h", options, &index)) != -1; index = -1) {
    const std::string value = optarg ? optarg : "";
    if (optarg && value.empty()) {
      const std::string name = index < 0 ? "-n" : std::string("--") + options[index].name;
      throw Error(message("argument ", name, ": an empty value (see --help)"));
    }
    switch (code) {
      case 'm':
        o.model = value;
        break;
      case 'p':
        o.probe = value;
        break;
      case 't':
        o.target = value;
        break;
      case 'n':
        o.n = count("-n", value);
        break;
      case 'N':
        o.first = number("--first", value);
        break;
      case 'x':
        o.exposure = exposure(value);
        break;
      case 'e':
        o.energy = positive("--energy", value);
        break;
      case 'u':
        o.uniform = uniform(value, argc, argv);
        break;
      case 'f':
        o.flux = value;
        break;
      case 'U':
        o.flux_units = value;
        break;
      case 'C':
        o.flux_columns = value;
        break;
      case allow:
        o.allow_flux_outside = true;
        break;
      case weighted:
        o.weighted = true;
        break;
      case 'v':
        o.beam.vertex = nugan::parse_vertex(value);
        break;
      case 'T':
        o.beam.time = nugan::parse_time(value);
        break;
      case 'b':
        o.beam.direction = nugan::parse_direction(value);
        break;
      case 's':
        o.seed = whole("--seed", value, std::numeric_limits<std::uint64_t>::max(),
                       "a whole number from 0 to 2^64 - 1");
        break;
      case 'o':
        o.out = value;
        break;
      case 'F':
        o.writer.format = value;
        break;
      case 'd':
        o.sampler.device = value;
        break;
      case 'B':
        o.sampler.backend = value;
        break;
      case 'j':
        o.sampler.threads = whole("--threads", value, 9999, "a whole number from 0 to 9999");
        break;
      case 'c':
        o.chunk = count("--chunk", value);
        break;
      case 'z':
        o.writer.compression = value;
        break;
      case force:
        o.writer.force = true;
        break;
      case quiet:
        o.quiet = true;
        break;
      case models:
        o.show = Options::Show::models;
        break;
      case version:
        o.show = Options::Show::version;
        break;
      case 'h':
      case show_help:
        o.show = Options::Show::help;
        break;
      case ':':
        throw Error(message("argument ", argv[optind - 1], ": expected one argument (see --help)"));
      default: {
        // of a cluster of letters, the one that is unknown
        const bool letter = optopt > 0 && optopt < flag;
        const std::string word = letter ? std::string{'-', static_cast<char>(optopt)} : argv[optind - 1];
        throw Error(message("unrecognized arguments: ", word, " (see --help)"));
      }
    }
  }
  if (optind < argc) throw Error(message("unrecognized arguments: ", argv[optind], " (see --help)"));
  check(o);
  return o;
}
