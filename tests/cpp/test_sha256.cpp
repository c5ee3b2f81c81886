#include <models/Sha256.hpp>

#include "catch.hpp"

using nugan::Sha256;

namespace {

std::string sha256(std::string_view text) {
  Sha256 digest;
  digest(text);
  return digest.hex();
}

}  // namespace

TEST_CASE("SHA-256 gives the standard's digests", "[sha256]") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // 448 bits: the length does not fit into the same block
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 does not depend on how the bytes come", "[sha256]") {
  for (const std::size_t size : {55, 56, 63, 64, 65, 119, 120, 128}) {
    const std::string text(size, 'x');
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, size / 2, size}) {
      Sha256 digest;
      digest(std::string_view(text).substr(0, cut));
      digest(std::string_view(text).substr(cut));
      REQUIRE(digest.hex() == sha256(text));
    }
  }
}
