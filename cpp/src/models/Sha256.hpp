#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace nugan {

/// SHA-256 of bytes that come in pieces (FIPS 180-4): call it with each piece, then take hex().
class Sha256 {
 public:
  void operator()(std::span<const std::byte> bytes) {
    size_ += bytes.size();
    for (const auto byte : bytes) {
      block_[filled_++] = std::to_integer<std::uint8_t>(byte);
      if (filled_ == block_.size()) digest_block();
    }
  }
  void operator()(std::string_view text) { (*this)(std::as_bytes(std::span(text))); }

  /// The digest of all pieces so far, 64 hexadecimal digits.
  std::string hex() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const auto word : padded().state_)
      for (int shift = 28; shift >= 0; shift -= 4) text += digits[(word >> shift) & 0xf];
    return text;
  }

 private:
  using Words = std::array<std::uint32_t, 8>;

  // section 5.1.1: a bit 1, zeros, and the number of bits in the last 8 bytes of a block
  Sha256 padded() const {
    Sha256 last = *this;
    last.block_[last.filled_++] = 0x80;
    const auto zeros = [&last] { std::fill(last.block_.begin() + last.filled_, last.block_.end(), 0); };
    zeros();
    if (last.filled_ > 56) {
      last.digest_block();
      zeros();
    }
    for (int i = 0; i < 8; ++i) last.block_[63 - i] = static_cast<std::uint8_t>((8 * size_) >> (8 * i));
    last.digest_block();
    return last;
  }

  // section 6.2.2
  void digest_block() {
    std::array<std::uint32_t, 64> w;
    for (std::size_t t = 0; t < 16; ++t)
      w[t] = std::uint32_t{block_[4 * t]} << 24 | std::uint32_t{block_[4 * t + 1]} << 16 |
             std::uint32_t{block_[4 * t + 2]} << 8 | std::uint32_t{block_[4 * t + 3]};
    for (std::size_t t = 16; t < 64; ++t) {
      const auto s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
      const auto s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
      w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    auto [a, b, c, d, e, f, g, h] = state_;
    for (std::size_t t = 0; t < 64; ++t) {
      const auto sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
      const auto t1 = h + sum1 + ((e & f) ^ (~e & g)) + constants[t] + w[t];
      const auto sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
      const auto t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1;
      d = c, c = b, b = a, a = t1 + t2;
    }
    const Words step{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < step.size(); ++i) state_[i] += step[i];
    filled_ = 0;
  }

  // section 4.2.2: first 32 bits of the fractional parts of the cube roots of the first 64 primes
  static constexpr std::array<std::uint32_t, 64> constants{
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
      0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
      0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
      0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
      0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
      0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
      0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

  // section 5.3.3: the same of the square roots of the first 8 primes
  Words state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> block_{};
  std::size_t filled_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace nugan
