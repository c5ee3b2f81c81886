#include "TorchModel.hpp"

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/script.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>
#include <nugan/Constants.hpp>
#include <nugan/Error.hpp>
#include <nugan/argument_values.hpp>
#include <nugan/model_archive.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "../fused/recognise.hpp"
#include "../text/is_utf8.hpp"
#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "Sha256.hpp"
#include "TorchModule.hpp"
#include "check_archive.hpp"

namespace nugan {

// Torch's messages run over pages: the line that says what went wrong is the first, or the last of a
// traceback
std::string short_reason(const std::exception& error) {
  const auto* c10_error = dynamic_cast<const c10::Error*>(&error);
  std::string text = c10_error ? c10_error->what_without_backtrace() : error.what();
  text.erase(text.find_last_not_of(" \n") + 1);
  text.erase(0, text.find_first_not_of(" \n"));
  text = text.starts_with("The following operation failed") ? text.substr(text.rfind('\n') + 1)
                                                            : text.substr(0, text.find('\n'));
  text = text.substr(0, text.find(". "));
  // it may quote the bytes of a damaged archive
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > 160 ? text.substr(0, 160) + "..." : text;
}

torch::Device find_device(const std::string& text) try {
  const auto [cuda, index] = parse_device(text);
  if (!cuda) return torch::kCPU;
  const int count = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (count == 0)
    throw Error(
        message(nugan::quoted(text), " is not there: no CUDA device (a CPU build of torch, or no driver)"));
  if (index >= count)
    throw Error(
        message(nugan::quoted(text), " is not there: there are ", count, " CUDA devices, numbered from 0"));
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
} catch (const Error& error) {
  throw Error(message("device ", error.what()));
}

at::Tensor check_muons(const c10::IValue& result, std::int64_t rows) {
  if (!result.isTensor()) throw Error("the network returned no tensor");
  const auto& muons = result.toTensor();
  if (muons.sizes() != torch::IntArrayRef{rows, 2} || muons.scalar_type() != torch::kFloat32)
    throw Error(message("the network returned ", muons.scalar_type(), " ", muons.sizes(),
                        ": expected Float [", rows, ", 2]"));
  return muons;
}

namespace {

torch::jit::Module load(const std::string& file, torch::Device device, std::string& metadata) {
  torch::jit::ExtraFilesMap extra{{metadata_file, ""}};
  try {
    check_archive(file);
    auto script = torch::jit::load(file, device, extra);
    script.eval();
    metadata = extra[metadata_file];
    return script;
  } catch (const std::exception& error) {
    throw Error(message(file, ": not a readable TorchScript archive (", short_reason(error), ")"));
  }
}

// Reads the typed attributes that every generator carries
class Attributes {
 public:
  Attributes(const torch::jit::Module& script, const std::string& file) : script_(script), file_(file) {}

  int integer(const char* name) const {
    const auto value = get(name);
    if (!value.isInt() || !std::in_range<int>(value.toInt())) fail(name, "an integer of 32 bits");
    return static_cast<int>(value.toInt());
  }
  double real(const char* name) const {
    const auto value = get(name);
    if (!value.isDouble() || !std::isfinite(value.toDouble())) fail(name, "a finite number");
    return value.toDouble();
  }
  double real_or(const char* name, double otherwise) const {
    return script_.hasattr(name) ? real(name) : otherwise;
  }
  std::string text(const char* name) const {
    const auto value = get(name);
    if (!value.isString() || !is_utf8(value.toStringRef())) fail(name, "a string in UTF-8");
    return value.toStringRef();
  }
  std::optional<std::string> text_if_there(const char* name) const {
    return script_.hasattr(name) ? std::optional(text(name)) : std::nullopt;
  }
  std::vector<double> table(const char* name) const {
    const auto value = get(name);
    if (!value.isTensor() || value.toTensor().dim() != 1) fail(name, "a tensor of one dimension");
    const auto tensor = value.toTensor().to(torch::kCPU, torch::kFloat64).contiguous();
    return {tensor.data_ptr<double>(), tensor.data_ptr<double>() + tensor.numel()};
  }
  [[noreturn]] void fail(const char* name, const std::string& expected) const {
    throw Error(message(file_, ": attribute '", name, "': expected ", expected));
  }

 private:
  c10::IValue get(const char* name) const {
    if (!script_.hasattr(name)) fail(name, "it to be there; not a nugan-hep model");
    return script_.attr(name);
  }

  const torch::jit::Module& script_;
  const std::string& file_;
};

Process process_in(const Attributes& attributes, const std::string& file) {
  const int probe = attributes.integer("probe"), target = attributes.integer("target");
  const auto interaction = attributes.text("interaction");
  const auto current = attributes.text_if_there("current"), channel = attributes.text_if_there("channel");
  try {
    return process_of(probe, target, interaction, current, channel);
  } catch (const Error& error) {
    throw Error(message(file, ": ", error.what()));
  }
}

ModelInfo read_info(const torch::jit::Module& script, const std::string& file, std::string metadata) {
  if (metadata.empty()) throw Error(message(file, ": no nugan.json inside; not a nugan-hep model"));
  const Attributes attributes(script, file);
  if (const int version = attributes.integer("format_version"); version != archive_format_version)
    attributes.fail("format_version", message(archive_format_version, ", not ", version));
  ModelInfo info{.file = file,
                 .name = attributes.text("name"),
                 .process = process_in(attributes, file),
                 .interaction = attributes.text("interaction"),
                 .latent_size = attributes.integer("latent_size"),
                 .enu_min = attributes.real("enu_min"),
                 .enu_max = attributes.real("enu_max"),
                 .shift = attributes.real("shift"),
                 .xsec_enu = attributes.table("xsec_enu"),
                 .xsec = attributes.table("xsec"),
                 .xsec_relative_error = attributes.real_or("xsec_relative_error", default_xsec_error),
                 .hadrons = script.hasattr(hadrons_module),
                 .sha256 = attributes.text("sha256"),
                 .metadata = std::move(metadata)};
  try {
    check_model(info);
  } catch (const Error& error) {
    throw Error(message(file, ": ", error.what()));
  }
  if (info.xsec.size() != info.xsec_enu.size()) attributes.fail("xsec", "as many entries as xsec_enu");
  if (!(info.xsec_relative_error >= 0 && info.xsec_relative_error < 1))
    attributes.fail("xsec_relative_error", "0 to 1");
  check_metadata(info);
  info.xsec_error = xsec_error_of(info);
  info.channels = channels_of(info);
  return info;
}

// As weights_sha256 in Python: for each parameter and buffer, sorted by name, the name, a zero and the values
std::string weights_sha256(const torch::jit::Module& script) {
  std::map<std::string, torch::Tensor> weights;
  for (const auto& [name, tensor] : script.named_parameters()) weights.emplace(name, tensor);
  for (const auto& [name, tensor] : script.named_buffers()) weights.emplace(name, tensor);
  Sha256 digest;
  for (const auto& [name, tensor] : weights) {
    const auto values = tensor.detach().to(torch::kCPU).contiguous();
    digest(name);
    digest(std::string_view("\0", 1));
    digest(std::span(static_cast<const std::byte*>(values.const_data_ptr()), values.nbytes()));
  }
  return digest.hex();
}

}  // namespace

TorchModel::TorchModel(const std::string& file, const std::string& device) try : device_(device) {
  const auto torch_device = find_device(device);
  std::string metadata;
  auto script = load(file, torch_device, metadata);
  info_ = read_info(script, file, std::move(metadata));
  // torch's loader does not look at the checksums of the archive
  if (weights_sha256(script) != info_.sha256)
    throw Error(message(file, ": weights do not match their SHA-256; the file is corrupt"));
  module_ = std::make_unique<Module>(std::move(script), torch_device);
} catch (const Error&) {
  throw;
} catch (const std::exception& error) {
  throw Error(message(file, ": ", short_reason(error)));
}

TorchModel::~TorchModel() = default;

const TorchModel::Module& TorchModel::module() const {
  return *module_;
}

std::optional<Network> TorchModel::network() const {
  return recognise(module_->script);
}

std::optional<Tensors> TorchModel::tensors(const std::string& module) const try {
  const auto& script = module_->script;
  if (!script.hasattr(module)) return std::nullopt;
  if (!script.attr(module).isModule())
    throw Error(message(info_.file, ": ", module, ": expected a module of tensors"));
  Tensors tensors;
  const auto take = [&](const std::string& name, const at::Tensor& tensor) {
    const auto values = tensor.detach().to(torch::kCPU, torch::kFloat64).contiguous();
    const double* const data = values.data_ptr<double>();
    tensors[name] = {.shape = values.sizes().vec(), .values = {data, data + values.numel()}};
  };
  const auto of_stage = script.attr(module).toModule();
  for (const auto& [name, tensor] : of_stage.named_parameters()) take(name, tensor);
  for (const auto& [name, tensor] : of_stage.named_buffers()) take(name, tensor);
  return tensors;
} catch (const Error&) {
  throw;
} catch (const std::exception& error) {
  throw Error(message(info_.file, ": ", short_reason(error)));
}

void TorchModel::operator()(std::span<const float> latent, std::span<const float> enu,
                            std::span<float> output) const try {
  const c10::InferenceMode no_gradients;
  // The plain interpreter does the same from the first call on; the profiling one changes the graph later
  const torch::jit::GraphOptimizerEnabledGuard as_written(false);
  const auto rows = static_cast<std::int64_t>(enu.size());
  // torch's own memory is aligned, which the products' bits depend on
  auto latent_tensor = torch::empty({rows, info_.latent_size});
  auto enu_tensor = torch::empty({rows});
  std::memcpy(latent_tensor.data_ptr<float>(), latent.data(), latent.size_bytes());
  std::memcpy(enu_tensor.data_ptr<float>(), enu.data(), enu.size_bytes());
  auto result = module_->script.forward({latent_tensor.to(module_->device), enu_tensor.to(module_->device)});
  const auto events = check_muons(result, rows);
  const auto host = events.to(torch::kCPU).contiguous();
  std::copy_n(host.data_ptr<float>(), output.size(), output.data());
} catch (const std::exception& error) {
  throw Error(message(info_.file, ": ", short_reason(error)));
}

namespace {

// torch holds its number of threads for the whole process: the first sampler in saves it, the last one out
// puts it back
std::mutex serial_mutex;
int serial_count = 0;
int threads_before = 1;

}  // namespace

SerialTorch::SerialTorch() {
  const std::scoped_lock lock(serial_mutex);
  if (serial_count++ == 0) threads_before = at::get_num_threads();
}

SerialTorch::~SerialTorch() {
  const std::scoped_lock lock(serial_mutex);
  if (--serial_count == 0) at::set_num_threads(threads_before);
}

void SerialTorch::enter_worker() const try {
  // one at a time: in the child of a fork, torch makes its thread pool anew at this call, without a lock
  const std::scoped_lock lock(serial_mutex);
  at::set_num_threads(1);
} catch (const std::exception& error) {
  throw Error(message("torch: ", short_reason(error)));
}

}  // namespace nugan
