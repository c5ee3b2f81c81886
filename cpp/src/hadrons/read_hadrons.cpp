#include <algorithm>
#include <cmath>
#include <nugan/Constants.hpp>
#include <nugan/Error.hpp>
#include <nugan/Target.hpp>
#include <nugan/Value.hpp>
#include <optional>

#include "../text/json.hpp"
#include "../text/message.hpp"
#include "HadronNetworks.hpp"

namespace nugan {

namespace {

constexpr std::int64_t most_width = 1 << 14;
constexpr int most_particles = 250;

class Reader {
 public:
  Reader(const std::string& file, const Tensors& tensors) : file_(file), tensors_(tensors) {}

  [[noreturn]] void fail(const std::string& what) const { throw Error(message(file_, ": hadrons: ", what)); }

  /// @param shape  -1 for a size that may be any from 1 on
  const Tensor& tensor(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) fail(message("no tensor ", name));
    const Tensor& tensor = found->second;
    bool fits = tensor.shape.size() == shape.size();
    for (std::size_t d = 0; fits && d < shape.size(); ++d)
      fits = shape[d] == -1 ? tensor.shape[d] >= 1 && tensor.shape[d] <= most_width
                            : tensor.shape[d] == shape[d];
    if (!fits) fail(message("tensor ", name, " has another shape than layout ", hadrons_layout));
    if (!std::ranges::all_of(tensor.values, [](double x) { return std::isfinite(x); }))
      fail(message("tensor ", name, " has numbers that are not finite"));
    return tensor;
  }

  std::vector<float> floats(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const auto& values = tensor(name, shape).values;
    std::vector<float> result(values.size());
    std::ranges::transform(values, result.begin(), [](double x) { return static_cast<float>(x); });
    return result;
  }

  DenseLayer dense(const std::string& name, int inputs, int outputs = -1, bool with_bias = true) const {
    DenseLayer layer{.inputs = inputs, .outputs = 0, .weight = {}, .bias = {}};
    layer.outputs = static_cast<int>(tensor(name + ".weight", {outputs, inputs}).shape[0]);
    layer.weight = floats(name + ".weight", {outputs, inputs});
    if (with_bias) layer.bias = floats(name + ".bias", {layer.outputs});
    return layer;
  }

  Normalisation normalisation(const std::string& name, int size) const {
    return {.mean = floats(name + ".mean", {size}), .scale = floats(name + ".scale", {size})};
  }

  // Two layers that are added: one of the inputs of both
  DenseLayer head(const std::string& stage, int number, int width, int seen) const {
    DenseLayer mixed = dense(message(stage, ".mixed.", number), width);
    if (seen == 0) return mixed;
    const DenseLayer more = dense(message(stage, ".seen.", number + seen_from_), seen, mixed.outputs, false);
    DenseLayer both{.inputs = width + seen, .outputs = mixed.outputs, .weight = {}, .bias = mixed.bias};
    for (int o = 0; o < both.outputs; ++o) {
      const auto append = [&](const DenseLayer& from) {
        const auto begin = from.weight.begin() + static_cast<std::ptrdiff_t>(o) * from.inputs;
        both.weight.insert(both.weight.end(), begin, begin + from.inputs);
      };
      append(mixed);
      append(more);
    }
    return both;
  }

  HadronChain chain(const std::string& name, int inputs, std::vector<int> seen) {
    HadronChain chain;
    seen_from_ = 0;
    chain.inputs = normalisation(name + ".normalise", inputs);
    chain.known = normalisation(name + ".normalise_known", seen.back());
    chain.first = dense(name + ".first", inputs);
    chain.second = dense(name + ".second", chain.first.outputs);
    chain.start = spline(dense(name + ".start", chain.second.outputs), name + ".start");
    for (std::size_t j = 0; j < seen.size(); ++j) {
      const int number = static_cast<int>(j);
      chain.heads.push_back(head(name, number, chain.second.outputs, seen[j]));
      const auto end = message(name, ".ends.", j);
      chain.ends.push_back(spline(dense(end, chain.heads.back().outputs), end));
    }
    chain.seen = std::move(seen);
    return chain;
  }

  void topology(HadronNetworks& net) {
    const std::string name = "net.topology";
    net.lepton = normalisation(name + ".normalise", lepton_inputs);
    net.mode[0] = dense(name + ".mode.0", lepton_inputs);
    net.mode[1] = dense(name + ".mode.2", net.mode[0].outputs);
    net.mode[2] = dense(name + ".mode.4", net.mode[1].outputs, hadron_modes);
    net.first = dense(name + ".first", lepton_inputs + hadron_modes);
    net.second = dense(name + ".second", net.first.outputs);
    seen_from_ = -1;
    for (int j = 0; j <= counted_species; ++j) {
      const auto at = static_cast<std::size_t>(j);
      net.heads[at] = head(name, j, net.second.outputs, j == 0 ? 0 : 5 + 3 * j);
      const int classes = j == 0 ? static_cast<int>(net.words.size()) : net.most[at - 1] + 1;
      net.ends[at] = dense(message(name, ".ends.", j), net.heads[at].outputs, classes);
    }
  }

  void words(HadronNetworks& net) const {
    const auto& inputs = tensor("words", {-1, word_inputs});
    const auto rows = inputs.shape[0];
    const auto& sizes = tensor("word_size", {rows});
    const auto& masses = tensor("word_masses", {rows, -1});
    const auto longest = static_cast<std::size_t>(masses.shape[1]);
    const auto& codes = tensor("word_codes", {rows, masses.shape[1]});
    for (std::size_t k = 0; k < static_cast<std::size_t>(rows); ++k) {
      HadronWord word{};
      for (std::size_t j = 0; j < word_inputs; ++j) word.inputs[j] = inputs.values[word_inputs * k + j];
      word.charge = word.inputs[1];
      word.baryons = word.inputs[2];
      word.mass = word.inputs[3];
      const double size = sizes.values[k];
      if (!(size >= 0 && size <= static_cast<double>(longest) && size == std::floor(size)))
        fail(message("entry ", k, " of the vocabulary has ", size, " particles, expected 0 to ", longest));
      double sum = 0;
      for (std::size_t j = 0; j < static_cast<std::size_t>(size); ++j) {
        const double mass = masses.values[longest * k + j], code = codes.values[longest * k + j];
        if (!(mass >= 0 && mass <= 1000))
          fail(message("entry ", k, " of the vocabulary: a mass of ", mass, " GeV"));
        if (code == eta && !(mass > 0)) fail(message("an eta of mass ", mass, " GeV"));
        if (!(std::abs(code) < 1e9)) fail(message("entry ", k, " of the vocabulary: PDG number ", code));
        word.masses.push_back(mass);
        word.codes.push_back(static_cast<int>(code));
        sum += mass;
      }
      if (!(std::abs(sum - word.mass) < 1e-6))
        fail(message("entry ", k, " of the vocabulary: masses of ", sum, " GeV, a sum of ", word.mass));
      net.words.push_back(std::move(word));
    }
  }

  void species(HadronNetworks& net) const {
    constexpr std::array<int, counted_species> codes = {211, 111, -211, 2112, 2212};
    const auto& counted = tensor("counted", {counted_species, 3}).values;
    for (std::size_t k = 0; k < counted_species; ++k) {
      net.counted[k] = {codes[k], counted[3 * k], counted[3 * k + 1], counted[3 * k + 2]};
      if (!(net.counted[k].mass > 0 && net.counted[k].mass < 1000))
        fail(message("a mass of ", net.counted[k].mass, " GeV for ", codes[k]));
    }
    std::ranges::copy(tensor("centre", {hadron_modes}).values, net.centre.begin());
    std::ranges::copy(tensor("width", {hadron_modes}).values, net.width.begin());
    for (const double width : net.width)
      if (!(width > 0)) fail(message("a width of E_miss of ", width, " GeV"));
  }

 private:
  // a spline of K bins takes 3 K + 1 numbers; fewer than 2 bins or more than 999 have no room for the widths
  DenseLayer spline(DenseLayer layer, const std::string& name) const {
    if (layer.outputs % 3 != 1 || layer.outputs < 7 || layer.outputs >= 2998)
      fail(message(name, " has ", layer.outputs, " outputs, expected 3 K + 1 of a spline"));
    return layer;
  }

  const std::string& file_;
  const Tensors& tensors_;
  int seen_from_ = 0;
};

const Value& part(const Reader& reader, const Value& about, const char* name) {
  const auto* found = about.find(name);
  if (!found) reader.fail(message("the metadata have no ", name));
  return *found;
}

double number(const Reader& reader, const Value& value, const char* name, double low, double high,
              bool whole = true) {
  const auto x = value.number();
  if (!x || !(*x >= low && *x <= high) || (whole && *x != std::floor(*x)))
    reader.fail(message("the metadata's ", name, " is not a ", whole ? "whole " : "", "number from ", low,
                        " to ", high));
  return *x;
}

// The nucleus and the neutrino of the lepton's part have the charge and the nucleons that the hadrons share
void check_process(const Reader& reader, const Value& document, const HadronNetworks& net) {
  const auto code = [&](const char* name) {
    const Value* value = document.find(name);
    const double x = value ? value->number().value_or(0) : 0;
    return std::abs(x) < 2e9 ? static_cast<int>(x) : 0;
  };
  const int probe = code("probe"), target = code("target");
  const int protons = protons_of(target) + (probe > 0 ? 1 : -1), nucleons = nucleons_of(target);
  if (net.charge != protons || net.baryons != nucleons)
    reader.fail(message("of charge ", net.charge, " and ", net.baryons, " nucleons, but ",
                        probe_on_nucleus(probe, target), " has ", protons, " and ", nucleons));
}

void read_metadata(const Reader& reader, const std::string& metadata, HadronNetworks& net) {
  const Value document = [&] {
    try {
      return parse_json(metadata);
    } catch (const Error& error) {
      reader.fail(message("nugan.json is ", error.what()));
    }
  }();
  const auto* about = document.find("hadrons");
  if (!about || !about->get<Value::Map>()) reader.fail("the metadata do not tell of them");
  const double layout = number(reader, part(reader, *about, "layout"), "layout", 0, 1e6);
  if (layout != hadrons_layout) reader.fail(message("layout ", layout, ", expected ", hadrons_layout));
  net.charge = number(reader, part(reader, *about, "charge"), "charge", -1, 300);
  net.baryons = number(reader, part(reader, *about, "baryons"), "baryons", 1, 999);
  check_process(reader, document, net);
  net.least = number(reader, part(reader, *about, "least"), "least", 0, 1, false);
  const auto* most = part(reader, *about, "most").get<Value::List>();
  if (!most || most->size() != counted_species)
    reader.fail(message("the metadata's most is not a list of ", counted_species));
  for (std::size_t k = 0; k < counted_species; ++k)
    net.most[k] = static_cast<int>(number(reader, (*most)[k], "most", 0, most_particles));
}

}  // namespace

int HadronNetworks::most_hadrons() const {
  std::size_t rare = 0;
  for (const auto& word : words) rare = std::max(rare, word.codes.size());
  int sum = static_cast<int>(rare);
  for (const int count : most) sum += count;
  return sum;
}

HadronNetworks read_hadrons(const std::string& file, const Tensors& tensors, const std::string& metadata) {
  HadronNetworks net;
  Reader reader(file, tensors);
  read_metadata(reader, metadata, net);
  reader.words(net);
  reader.species(net);
  if (net.most_hadrons() > most_particles)
    reader.fail(message("up to ", net.most_hadrons(), " hadrons, expected ", most_particles, " at most"));
  reader.topology(net);
  for (std::size_t k = 0; k < net.remnants.size(); ++k)
    net.remnants[k] = reader.chain(message("net.remnants.", k), remnant_inputs, {5, 14, 17});
  for (std::size_t k = 0; k < net.steps.size(); ++k)
    net.steps[k] = reader.chain(message("net.steps.", k), step_inputs, {7, 18});
  return net;
}

}  // namespace nugan
