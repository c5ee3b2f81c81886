#include "DeviceTile.hpp"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <nugan/Error.hpp>
#include <optional>

#include "../models/TorchModule.hpp"
#include "../text/message.hpp"
#include "device_latents.hpp"

namespace nugan {

struct DeviceTile::Buffers {
  at::Tensor enu, output;           // on the host
  std::optional<c10::Event> ready;  // on the device's stream, behind the copy of the output
};

DeviceTile::DeviceTile(const TorchModel& model) : model_(model), buffers_(std::make_unique<Buffers>()) {
  const bool cuda = model.module().device.is_cuda();
  const auto options = at::TensorOptions(at::kFloat).pinned_memory(cuda);
  buffers_->enu = at::empty({model.tile_size()}, options);
  buffers_->output = at::empty({model.tile_size(), 2}, options);
  if (cuda) buffers_->ready.emplace(model.module().device.type());
}

DeviceTile::~DeviceTile() = default;
DeviceTile::DeviceTile(DeviceTile&&) noexcept = default;

std::span<float> DeviceTile::enu() {
  return {buffers_->enu.data_ptr<float>(), static_cast<std::size_t>(model_.tile_size())};
}

void DeviceTile::start(std::uint64_t seed, std::int64_t first) try {
  const c10::InferenceMode no_gradients;
  const torch::jit::GraphOptimizerEnabledGuard as_written(false);
  const auto& [script, device] = model_.module();
  const auto latent = device_latents(seed, first, model_.tile_size(), model_.info().latent_size, device);
  const auto enu = buffers_->enu.to(device, /*non_blocking=*/true);
  const auto result = torch::jit::Module(script).forward({latent, enu});
  buffers_->output.copy_(check_muons(result, model_.tile_size()), /*non_blocking=*/true);
  if (buffers_->ready) buffers_->ready->record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
} catch (const std::exception& error) {
  throw Error(message(model_.info().file, ": ", short_reason(error)));
}

std::span<const float> DeviceTile::finish() try {
  if (buffers_->ready) buffers_->ready->synchronize();
  return {buffers_->output.data_ptr<float>(), static_cast<std::size_t>(buffers_->output.numel())};
} catch (const std::exception& error) {
  throw Error(message(model_.info().file, ": ", short_reason(error)));
}

}  // namespace nugan
