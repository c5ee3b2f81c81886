#include "check_archive.hpp"

#include <ATen/core/ivalue.h>
#include <c10/util/safe_numerics.h>
#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/serialization/import_read.h>
#include <torch/csrc/jit/serialization/storage_context.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <nugan/Error.hpp>
#include <string_view>

#include "ZipFile.hpp"

namespace nugan {

namespace {

using Reader = caffe2::serialize::PyTorchStreamReader;

void check_checksums(Reader& reader, const std::map<std::string, ZipMember>& members) {
  for (const auto& [member, where] : members) {
    const std::string name = member.substr(member.find('/') + 1);  // behind the folder that holds all
    if (name.empty() || name.ends_with('/') || name.starts_with("data/")) continue;
    const auto [data, size] = reader.getRecord(name);
    if (crc32({static_cast<const char*>(data.get()), size}) != where.checksum)
      throw Error("a member does not match its checksum; the file is corrupt");
  }
}

// Whether a tensor stays within its storage, which holds at least as many numbers
bool is_stored(const at::Tensor& tensor) {
  const auto negative = [](std::int64_t value) { return value < 0; };
  if (tensor.storage_offset() < 0 || std::ranges::any_of(tensor.sizes(), negative) ||
      std::ranges::any_of(tensor.strides(), negative))
    return false;
  if (std::ranges::any_of(tensor.sizes(), [](std::int64_t size) { return size == 0; })) return true;
  std::uint64_t count = 1, last = static_cast<std::uint64_t>(tensor.storage_offset()), reach = 0;
  bool overflow = false;
  for (std::int64_t d = 0; d < tensor.dim(); ++d) {
    const auto size = static_cast<std::uint64_t>(tensor.size(d));
    overflow |= c10::mul_overflows(count, size, &count);
    overflow |= c10::mul_overflows(size - 1, static_cast<std::uint64_t>(tensor.stride(d)), &reach);
    overflow |= c10::add_overflows(last, reach, &last);
  }
  const std::uint64_t stored = tensor.storage().nbytes() / tensor.itemsize();
  return !overflow && count <= stored && last < stored;
}

void check_tensor(const at::Tensor& tensor) {
  if (!tensor.defined()) return;
  if (tensor.layout() != at::kStrided) throw Error("a tensor is not dense");
  if (!is_stored(tensor)) throw Error("a tensor is larger than what is stored of it");
}

// Length of a pickle's instruction with what belongs to it, for those that torch writes
std::size_t instruction_length(std::string_view rest) {
  const auto next_line = [&](std::size_t from) {
    const auto end = rest.find('\n', from);
    return (end == std::string_view::npos ? rest.size() : end) + 1;
  };
  switch (rest[0]) {
    case 'c':  // two lines: module and name
      return next_line(next_line(1));
    case 'X':
      return 5 + number_at<std::uint32_t>(rest, 1);
    case '\x8a':
      return 2 + number_at<std::uint8_t>(rest, 1);
    case 'G':
      return 9;
    case 'J':
    case 'j':
    case 'r':
      return 5;
    case 'M':
      return 3;
    case 'K':
    case 'h':
    case 'q':
    case '\x80':
      return 2;
    default:
      if (std::string_view("()]}NQRabdelstu.\x81\x85\x86\x87\x88\x89").find(rest[0]) ==
          std::string_view::npos)
        throw Error("its pickle is damaged");
      return 1;
  }
}

// torch's reader of pickles may leave its memory where one ends too early
void check_pickle(std::string_view pickle) {
  while (!pickle.empty() && pickle != ".") {
    const std::size_t length = instruction_length(pickle);
    if (length > pickle.size()) break;
    pickle.remove_prefix(length);
  }
  if (pickle != ".") throw Error("its pickle is damaged");
}

// Reads the tensors as torch's loader does, but makes no objects of them and runs no code
void check_tensors(Reader& reader, const std::string& pickle) {
  const auto [instructions, size] = reader.getRecord(pickle + ".pkl");
  check_pickle({static_cast<const char*>(instructions.get()), size});
  const auto storages = std::make_shared<torch::jit::DeserializationStorageContext>();
  const auto unit = std::make_shared<torch::jit::CompilationUnit>();
  const auto type = c10::ClassType::create("__torch__.Any", unit, true);
  const auto check = [](const c10::IValue& value) {
    value.visit([](const c10::IValue& part) {
      if (part.isTensor()) check_tensor(part.toTensor());
      return false;
    });
  };
  const auto result = torch::jit::readArchiveAndTensors(
      pickle, "", pickle + "/", [&](const c10::QualifiedName&) { return c10::StrongTypePtr(unit, type); },
      [&](const c10::StrongTypePtr& strong, const c10::IValue& attributes) {
        check(attributes);
        return c10::ivalue::Object::create(strong, 0);
      },
      at::kCPU, reader, torch::jit::Unpickler::defaultTypeParser, storages);
  check(result);
  for (const auto& record : reader.getAllRecords()) {
    const std::string key = record.starts_with(pickle + "/") ? record.substr(pickle.size() + 1) : "";
    if (storages->hasStorage(key) && storages->getStorage(key).nbytes() > reader.getRecordSize(record))
      throw Error("a tensor is larger than what is stored of it");
  }
}

}  // namespace

void check_archive(const std::string& file) {
  Reader reader(file);
  check_checksums(reader, zip_members(file));
  for (const std::string pickle : {"constants", "data"})
    if (reader.hasRecord(pickle + ".pkl")) check_tensors(reader, pickle);
}

}  // namespace nugan
