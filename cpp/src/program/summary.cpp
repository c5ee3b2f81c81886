#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nugan/Error.hpp>
#include <nugan/Options.hpp>
#include <nugan/Rate.hpp>
#include <nugan/Run.hpp>
#include <nugan/Target.hpp>

#include "../events/grouped.hpp"
#include "../random/streams.hpp"
#include "../text/joined.hpp"
#include "../text/message.hpp"

namespace nugan {

namespace {

std::string fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string percent(double share) {
  return fixed(100 * share, 1) + '%';
}

std::string flux_line(const Flux& flux, const Energies& energies, const Interval& outside) {
  const double inside = flux.integral(energies.low, energies.high) / flux.integral();
  return message("flux ", flux.name, flux.reading.empty() ? "" : ", read as " + flux.reading, ", taken as ",
                 flux.contents, ": ", percent(inside), " of it lies in ", energies.low, " to ", energies.high,
                 " GeV, where sigma is averaged; with sigma ~ E outside, ", percent(outside.low),
                 " of the rate lies below and ", percent(outside.high), " above\n");
}

// Share of the events of a neutrino and a nucleus, 0 for any
double share_of(const Run& run, int probe, int target) {
  double sum = 0;
  for (const auto& model : run.models)
    if ((probe == 0 || model.process.probe == probe) && (target == 0 || model.process.target == target))
      sum += model.share;
  return sum;
}

// Events to expect of all flavours
double expected_of(const Run& run, double pot, double mass) {
  if (run.flavours.empty()) return expected_events(*run.flux, *run.sigma, pot, mass);
  double sum = 0;
  for (const auto& flavour : run.flavours) sum += expected_events(*flavour.flux, *flavour.sigma, pot, mass);
  return sum;
}

// "qel 41.2%, mec 8.1%, ..." of the cross section
std::string by_channel(const std::vector<ChannelSigma>& channels) {
  double sum = 0;
  for (const auto& part : channels) sum += part.sigma;
  std::vector<std::string> parts;
  for (const auto& [channel, sigma, error] : channels)
    parts.push_back(message(name_of(channel).letters, ' ', percent(sigma / sum)));
  return joined(parts);
}

}  // namespace

std::string summary(const Run& run, const std::string& path, std::int64_t events, double seconds) {
  std::error_code ignored;
  const auto bytes = std::filesystem::file_size(path, ignored);
  const double rate = static_cast<double>(events) / seconds;
  std::string text =
      message(path, ": ", grouped(events), " events in ", fixed(seconds, 2), " s (", grouped(fixed(rate, 0)),
              " events/s), ", grouped(static_cast<std::int64_t>(bytes)), " bytes, ");
  text += run.mean_sigma ? message("sigma ", rounded(*run.mean_sigma, 4), " +- ",
                                   rounded(run.mean_sigma_error.value_or(0), 2), " x 1e-38 cm2/nucleon\n")
                         : "sigma unknown\n";
  if (run.energies && run.energies->flux) text += flux_line(*run.energies->flux, *run.energies, run.outside);
  for (const auto& flavour : run.flavours) {
    text += message(probe_name(flavour.probe), ": ", percent(share_of(run, flavour.probe, 0)),
                    " of the events, sigma ", rounded(flavour.sigma.value_or(0), 4), " +- ",
                    rounded(flavour.sigma_error.value_or(0), 2), "; ");
    text += flux_line(*run.energies->flux_of(flavour.probe), *run.energies, flavour.outside);
  }
  if (run.channels.size() > 1 && run.mean_sigma.value_or(0) > 0)
    text += message("cross section by channel: ", by_channel(run.channels), '\n');
  if (run.targets.size() > 1) {
    std::vector<std::string> parts;
    for (const auto& [target, fraction] : run.targets)
      parts.push_back(nucleus_name(target) + ' ' + percent(share_of(run, 0, target)));
    text += message("events by nucleus: ", joined(parts), '\n');
  }
  if (const auto& exposure = run.exposure)
    text += message(exposure->pot, " POT and ", exposure->mass,
                    " t: ", grouped(rounded(exposure->expected, 6)), " events expected\n");
  return text;
}

std::string interruption(std::int64_t events, std::int64_t requested) {
  return message("interrupted after ", grouped(events), " of ", grouped(requested), " events");
}

void set_pot(Run& run, double pot) {
  run.pot = pot;
  for (auto& flavour : run.flavours) flavour.pot = pot;
}

std::int64_t draw_number(Run& run, double pot, double mass, std::uint64_t seed) {
  if ((!run.flux && run.flavours.empty()) || !run.sigma)
    throw Error("an exposure needs a flux and a cross section");
  const double mean = expected_of(run, pot, mass);
  const auto text = message("exposure of ", pot, " POT and ", mass, " t");
  check_number(std::ceil(mean),
               message(grouped(rounded(mean, 4)), " events, the expectation for an ", text, ","));
  // jobs of a campaign, which share the seed, have numbers of their own
  const auto n = poisson(mean, Stream(seed, Stream::exposure)(run.first)[0]);
  check_number(static_cast<double>(n), grouped(n) + " events", run.first);
  if (n == 0)
    throw Error(message(text, ": ", rounded(mean, 3),
                        " events expected, and this seed gives none; expected at least one"));
  set_pot(run, pot);
  run.exposure = {.pot = pot, .mass = mass, .expected = mean, .drawn = n};
  return n;
}

}  // namespace nugan
