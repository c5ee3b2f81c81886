#include "ZipFile.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nugan/Error.hpp>

namespace nugan {

namespace {

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest & 1) ? 0xEDB88320 ^ (rest >> 1) : rest >> 1;
    table[byte] = rest;
  }
  return table;
}();

std::string read_bytes(std::ifstream& in, std::size_t from, std::size_t size) {
  std::string bytes(size, '\0');
  in.seekg(static_cast<std::streamoff>(from));
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

std::size_t size_of(const std::string& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) throw Error(error.message());
  return size;
}

}  // namespace

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t rest = 0xFFFFFFFF;
  for (const char byte : bytes)
    rest = crc_table[(rest ^ static_cast<std::uint8_t>(byte)) & 0xFF] ^ (rest >> 8);
  return ~rest;
}

std::map<std::string, ZipMember> zip_members(const std::string& file) {
  const std::size_t size = size_of(file);
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(std::strerror(errno));
  constexpr std::size_t longest_end = 22 + 65535;
  const std::string tail = read_bytes(in, size - std::min(size, longest_end), std::min(size, longest_end));
  // the last one whose comment ends the file: a comment may hold the same letters
  auto end = tail.rfind("PK\5\6");
  while (end != std::string::npos && end > 0 &&
         (end + 22 > tail.size() || end + 22 + number_at<std::uint16_t>(tail, end + 20) != tail.size()))
    end = tail.rfind("PK\5\6", end - 1);
  if (end == std::string::npos) throw Error("it has no directory");
  const auto count = number_at<std::uint16_t>(tail, end + 10);
  const auto length = number_at<std::uint32_t>(tail, end + 12);
  const std::string directory =
      read_bytes(in, number_at<std::uint32_t>(tail, end + 16), std::min(length, size));
  std::map<std::string, ZipMember> members;
  std::size_t at = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const ZipMember member{
        .checksum = static_cast<std::uint32_t>(number_at<std::uint32_t>(directory, at + 16)),
        .size = number_at<std::uint32_t>(directory, at + 24),
        .stored_size = number_at<std::uint32_t>(directory, at + 20),
        .header = number_at<std::uint32_t>(directory, at + 42)};
    const auto name = number_at<std::uint16_t>(directory, at + 28);
    const auto rest =
        number_at<std::uint16_t>(directory, at + 30) + number_at<std::uint16_t>(directory, at + 32);
    if (directory.compare(at, 4, "PK\1\2") != 0 || at + 46 + name > directory.size())
      throw Error("its directory is damaged");
    if (!members.emplace(directory.substr(at + 46, name), member).second)
      throw Error("it has two members of one name");
    at += 46 + name + rest;
  }
  return members;
}

std::string read_zip_member(const std::string& file, const ZipMember& member) {
  if (member.size != member.stored_size)
    throw Error("a member is compressed, which torch's archives are not");
  std::ifstream in(file, std::ios::binary);
  if (member.size > size_of(file)) throw Error("its directory is damaged");
  const std::string header = read_bytes(in, member.header, 30);
  const auto start =
      member.header + 30 + number_at<std::uint16_t>(header, 26) + number_at<std::uint16_t>(header, 28);
  std::string bytes = read_bytes(in, start, member.size);
  if (bytes.size() != member.size || crc32(bytes) != member.checksum)
    throw Error("a member does not match its checksum; the file is corrupt");
  return bytes;
}

}  // namespace nugan
