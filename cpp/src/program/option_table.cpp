#include "option_table.hpp"

#include <nugan/Rate.hpp>
#include <nugan/Target.hpp>
#include <nugan/event_formats.hpp>
#include <nugan/find_model.hpp>

namespace nugan {

namespace {

constexpr int number = 1, energies = 2;  // groups

using O = Options;
using G = const Given&;

}  // namespace

// clang-format off
const std::vector<OptionSection>& option_table() {
  static const std::vector<OptionSection> table = {
    {"neutrino and target", {
        {.name = "--model", .value = "NAME|PATH", .help = "model's name or .pt file (default " + std::string(default_model) + ")",
         .take = [](O& o, G g) { o.model = g.value(); }},
        {.name = "--probe", .value = "P", .help = "with --target: numu, numubar, nue, nuebar or PDG number, in place of --model",
         .take = [](O& o, G g) { o.probe = g.value(); }},
        {.name = "--flavours", .value = "P,...",
         .help = "in place of --probe: several neutrinos of one beam, numu,nue, or with the histograms of their fluxes, numu=HIST,nue=HIST",
         .take = [](O& o, G g) { o.flavours = parsed(g, parse_flavours); }, .needs_flux = true},
        {.name = "--target", .value = "T", .help = "C12, Ar, 1000180400, CH, H2O, or mass fractions C12=0.9,Ar40=0.1",
         .take = [](O& o, G g) { o.target = g.value(); }},
        {.name = "--lepton-only", .value = "", .help = "leave out the hadrons of models that have them",
         .take = [](O& o, G) { o.lepton_only = true; }},
        {.name = "--replicas", .value = "K",
         .help = "give every event weights wght_rep of the first K replicas that the model has (docs/uncertainty.md)",
         .take = [](O& o, G g) { o.replicas = parsed(g, parse_count, 1); }}}},
    {"number of events", {
        {.name = "-n", .value = "N", .help = "events, 1e6 allowed (default 1e6)",
         .take = [](O& o, G g) { o.n = parsed(g, parse_count, 1); }, .group = number},
        {.name = "--exposure", .value = "POT,MASS", .help = "protons on target and t instead of -n",
         .take = [](O& o, G g) { o.exposure = exposure(g); }, .group = number, .needs_flux = true},
        {.name = "--first", .value = "N",
         .help = "number of the first event (default 0): goes on where another job of the same seed ends",
         .take = [](O& o, G g) { o.first = parsed(g, parse_count, 0); }},
        {.name = "--seed", .value = "S", .help = "0 to 2^64 - 1",
         .take = [](O& o, G g) { o.seed = parsed(g, parse_seed); },
         .usual = "1"}}},
    {"neutrino energies", {
        {.name = "--energy", .value = "E", .help = "one neutrino energy [GeV]",
         .take = [](O& o, G g) { o.energy = parsed(g, parse_positive); }, .group = energies},
        {.name = "--uniform", .value = "LO HI", .help = "energies uniform in [LO, HI] GeV (default: the model's range)",
         .take = [](O& o, G g) { o.uniform = two_positive(g); }, .group = energies},
        {.name = "--flux", .value = "FILE[:HIST]",
         .help = "energies of flux x cross section: a TH1 or TGraph of a ROOT file, or a table of text; HIST may have "
                 "a cycle, as numu;1",
         .take = [](O& o, G g) { o.flux = g.value(); }, .group = energies},
        {.name = "--flux-units", .value = "U",
         .help = "unit of the flux values, such as \"/cm2/1e21POT/50MeV\" or \"/bin\", if the file does not give one; "
                 "\"/bin, E in MeV\" for energies in MeV",
         .take = [](O& o, G g) { o.flux_units = g.value(); }, .needs_flux = true},
        {.name = "--flux-columns", .value = "C",
         .help = "of a table, as low,high,flux, centre,flux or point,numu,numubar; - for one to leave out",
         .take = [](O& o, G g) { o.flux_columns = g.value(); }, .needs_flux = true},
        {.name = "--allow-flux-outside", .value = "",
         .help = message("let more than ", 100 * outside_allowed, " % of the rate lie outside of the model's range"),
         .take = [](O& o, G) { o.allow_flux_outside = true; }, .needs_flux = true},
        {.name = "--weighted", .value = "", .help = "energies uniform over the flux's range, weighted by flux x cross section (column wght)",
         .take = [](O& o, G) { o.weighted = true; }, .needs_flux = true}}},
    {"detector's frame", {
        {.name = "--vertex", .value = "X,Y,Z", .help = "m; uniform in X1:X2,Y1:Y2,Z1:Z2",
         .take = [](O& o, G g) { o.beam.vertex = parse_vertex(g.value()); }},
        {.name = "--time", .value = "T", .help = "s; uniform in T1:T2",
         .take = [](O& o, G g) { o.beam.time = parse_time(g.value()); }},
        {.name = "--beam-dir", .value = "X,Y,Z", .help = "direction of the beam (default 0,0,1)",
         .take = [](O& o, G g) { o.beam.direction = parse_direction(g.value()); }}}},
    {"file", {
        {.name = "--out", .value = "FILE", .help = "default events.root, or the format's suffix",
         .take = [](O& o, G g) { o.out = g.value(); }},
        {.name = "--format", .value = "F", .help = "{formats} (default: by the suffix; {format} for .root)",
         .take = [](O& o, G g) { o.format = g.value(); }},
        {.name = "--compression", .value = "A[:LEVEL]", .help = "zstd, lz4, zlib or none, of those that the format has",
         .take = [](O& o, G g) { o.compression = g.value(); }},
        {.name = "--root-writer", .value = "", .help = "write " + format_names(true) + " through ROOT (nugan-gen)",
         .take = [](O& o, G) { o.root_writer = true; }, .only_sample = true},
        {.name = "--force", .value = "", .help = "replace an existing file",
         .take = [](O& o, G) { o.force = true; }}}},
    {"running", {
        {.name = "--device", .value = "cpu|cuda[:k]", .help = "where the network runs",
         .take = [](O& o, G g) { parsed(g, parse_device), o.device = g.value(); }, .usual = "cpu"},
        {.name = "--backend", .value = "B",
         .help = "what runs the network: auto, fused or torch; auto is the fused kernel where it supports the network, else LibTorch",
         .take = [](O& o, G g) { o.backend = one_of(g, {"auto", "fused", "torch"}); }, .usual = "auto"},
        {.name = "--threads", .value = "T", .help = "CPU threads, 0 for all",
         .take = [](O& o, G g) { o.threads = parsed(g, parse_threads); }, .usual = "0"},
        {.name = "--chunk", .value = "C", .help = "events held at once",
         .take = [](O& o, G g) { o.chunk = parsed(g, parse_count, 1); }, .usual = "100000"},
        {.name = "--quiet", .value = "", .help = "no progress bar, no summary",
         .take = [](O& o, G) { o.quiet = true; }}}},
    {"information", {
        {.name = "--list-models", .value = "", .help = "show the models that --model knows by name",
         .take = [](O& o, G) { o.show = "models"; }},
        {.name = "--version", .value = "", .help = "show versions",
         .take = [](O& o, G) { o.show = "version"; }},
        {.name = "--help", .value = "", .help = "show this, as -h does",
         .take = [](O& o, G) { o.show = "help"; }}}}};
  return table;
}
// clang-format on

}  // namespace nugan
