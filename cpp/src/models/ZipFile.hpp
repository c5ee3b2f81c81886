#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <nugan/Error.hpp>
#include <nugan/export.hpp>
#include <string>
#include <string_view>

namespace nugan {

/// A number of little-endian bytes. @throws Error where they end before it
template <class T>
std::size_t number_at(std::string_view bytes, std::size_t at) {
  T value;
  if (at > bytes.size() || bytes.size() - at < sizeof value) throw Error("its directory is damaged");
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// Where a member of a zip file lies, and its checksum.
struct ZipMember {
  std::uint32_t checksum;  ///< CRC-32
  std::uint64_t size, stored_size, header;
};

/// The members of a zip file by name, from its central directory (sections 4.3.12 and 4.3.16 of PKWARE's
/// APPNOTE); torch's archives need none of the extensions for files above 4 GB.
/// @throws Error for a file that cannot be read or has no sound directory
NUGAN_EXPORT std::map<std::string, ZipMember> zip_members(const std::string& file);

/// The bytes of a member, which torch does not compress.
/// @throws Error for a compressed one, and for bytes that do not match the checksum
std::string read_zip_member(const std::string& file, const ZipMember& member);

/// CRC-32 of zip files (ISO 3309).
NUGAN_EXPORT std::uint32_t crc32(std::string_view bytes);

}  // namespace nugan
