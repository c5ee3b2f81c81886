#include <algorithm>
#include <cmath>
#include <nugan/Error.hpp>
#include <nugan/Value.hpp>

#include "../text/json.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "ReplicaTable.hpp"

namespace nugan {

namespace {

constexpr double most_logarithm = 80;  // of a weight in float32
constexpr std::int64_t most_nodes = 1 << 24;
constexpr int lanes = 16;  // of the widest vectors

class Reader {
 public:
  Reader(const std::string& file, const Tensors& tensors) : file_(file), tensors_(tensors) {}

  [[noreturn]] void fail(const std::string& what) const { throw Error(message(file_, ": replicas: ", what)); }

  const Tensor& tensor(const std::string& name, std::size_t dimensions) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) fail(message("no tensor ", name));
    const Tensor& tensor = found->second;
    if (tensor.shape.size() != dimensions)
      fail(message("tensor ", name, " has ", tensor.shape.size(), " dimensions, expected ", dimensions));
    if (!std::ranges::all_of(tensor.values, [](double x) { return std::abs(x) <= most_logarithm; }))
      fail(message("tensor ", name, " has numbers that are not finite or beyond ", most_logarithm));
    return tensor;
  }

  std::array<double, 3> three(const std::string& name) const {
    const Tensor& found = tensor(name, 1);
    if (found.shape[0] != 3) fail(message("tensor ", name, " has ", found.shape[0], " numbers, expected 3"));
    return {found.values[0], found.values[1], found.values[2]};
  }

  ReplicaBlock block(std::size_t number, std::int64_t replicas, std::int64_t taken) const {
    const std::string name = message("blocks.", number, ".");
    const Tensor& values = tensor(name + "values", 4);
    ReplicaBlock block{.low = three(name + "low"), .step = three(name + "step")};
    std::int64_t nodes = 1;
    for (std::size_t d = 0; d < 3; ++d) {
      block.size[d] = values.shape[d];
      if (block.size[d] < 1 || block.size[d] > most_nodes)
        fail(message("block ", number, " has ", block.size[d], " nodes in a coordinate"));
      if (!(block.step[d] > 0)) fail(message("block ", number, " has a step of ", block.step[d]));
      nodes *= block.size[d];
      if (nodes > most_nodes) fail(message("block ", number, " has more than ", most_nodes, " nodes"));
    }
    if (values.shape[3] != replicas)
      fail(message("block ", number, " has ", values.shape[3], " replicas, but ", replicas, " names"));
    block.count = static_cast<int>(taken);
    block.stride = (block.count + lanes - 1) / lanes * lanes;
    const auto stride = static_cast<std::size_t>(block.stride), all = static_cast<std::size_t>(replicas);
    block.values = aligned_floats(static_cast<std::size_t>(nodes) * stride);
    for (std::size_t node = 0; node < static_cast<std::size_t>(nodes); ++node)
      for (std::size_t k = 0; k < stride; ++k)
        block.values[node * stride + k] =
            k < static_cast<std::size_t>(taken) ? static_cast<float>(values.values[node * all + k]) : 0;
    return block;
  }

  std::string text(const Value& value, const char* what) const {
    const auto* found = value.get<std::string>();
    if (!found || found->empty()) fail(message("the metadata have a ", what, " that is no text"));
    return *found;
  }

 private:
  const std::string& file_;
  const Tensors& tensors_;
};

}  // namespace

ReplicaTable read_replicas(const std::string& file, const Tensors& tensors, const std::string& metadata,
                           std::int64_t count) {
  const Reader reader(file, tensors);
  const Value document = [&] {
    try {
      return parse_json(metadata);
    } catch (const Error& error) {
      reader.fail(message("nugan.json is ", error.what()));
    }
  }();
  const Value* layout = document.find("replicas", "layout");
  const Value* about = document.find("replicas", "blocks");
  const auto* blocks = about ? about->get<Value::List>() : nullptr;
  if (!layout || !blocks) reader.fail("the metadata do not tell of them");
  if (layout->number() != replicas_layout) reader.fail(message("expected the layout ", replicas_layout));
  ReplicaTable table;
  std::int64_t there = 0;
  for (std::size_t b = 0; b < blocks->size(); ++b) {
    const Value *kind = (*blocks)[b].find("kind"), *list = (*blocks)[b].find("names");
    const auto* names = list ? list->get<Value::List>() : nullptr;
    if (!kind || !names || names->empty()) reader.fail(message("the metadata have no names of block ", b));
    const auto replicas = std::ssize(*names), taken = std::clamp<std::int64_t>(count - there, 0, replicas);
    auto block = reader.block(b, replicas, taken);
    for (std::int64_t k = 0; k < taken; ++k) {
      const auto name = reader.text((*names)[static_cast<std::size_t>(k)], "name");
      if (std::ranges::find(table.replicas, name, &Replica::name) != table.replicas.end())
        reader.fail(message("two have the name ", nugan::quoted(name)));
      table.replicas.push_back({.name = name, .kind = reader.text(*kind, "kind")});
    }
    if (taken > 0) table.blocks.push_back(std::move(block));
    there += replicas;
  }
  if (count > there)
    throw Error(message(count, " replicas: ", file, " has ", there, ", expected ", there, " at most"));
  return table;
}

}  // namespace nugan
