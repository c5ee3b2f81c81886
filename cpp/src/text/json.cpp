#include "json.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <nugan/Error.hpp>
#include <string>

#include "is_utf8.hpp"

namespace nugan {

namespace {

constexpr int deepest = 200;

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6), put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12), put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18), put(0x80 | (point >> 12 & 0x3F)), put(0x80 | (point >> 6 & 0x3F)),
        put(0x80 | (point & 0x3F));
  }
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Value whole() {
    Value found = value(0);
    skip();
    if (!rest_.empty()) fail();
    return found;
  }

 private:
  [[noreturn]] static void fail() { throw Error("no valid JSON"); }

  void skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size())); }

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  Value value(int depth) {
    if (depth > deepest) fail();
    skip();
    if (rest_.starts_with('{')) return map(depth);
    if (rest_.starts_with('[')) return list(depth);
    if (rest_.starts_with('"')) return text();
    if (take("null")) return {};
    if (take("true")) return true;
    if (take("false")) return false;
    if (take("NaN")) return std::numeric_limits<double>::quiet_NaN();
    if (take("Infinity")) return std::numeric_limits<double>::infinity();
    if (take("-Infinity")) return -std::numeric_limits<double>::infinity();
    return number();
  }

  template <class Member>
  void members(char open, char close, const Member& member) {
    take({&open, 1});
    skip();
    if (take({&close, 1})) return;
    for (;;) {
      member();
      skip();
      if (take({&close, 1})) return;
      if (!take(",")) fail();
    }
  }

  Value map(int depth) {
    Value::Map found;
    members('{', '}', [&] {
      skip();
      std::string name = text();
      skip();
      if (!take(":")) fail();
      found.emplace_back(std::move(name), value(depth + 1));
    });
    return found;
  }

  Value list(int depth) {
    Value::List found;
    members('[', ']', [&] { found.push_back(value(depth + 1)); });
    return found;
  }

  Value number() {
    const auto size = std::min(rest_.find_first_not_of("0123456789+-.eE"), rest_.size());
    const std::string_view word = rest_.substr(0, size);
    const char *begin = word.data(), *end = begin + word.size();
    const auto digit = word.find_first_not_of('-');
    if (digit > 1 || word[digit] < '0' || word[digit] > '9') fail();
    rest_.remove_prefix(size);
    const auto read = [&](auto number) {
      const auto [stop, error] = std::from_chars(begin, end, number);
      return std::pair(error == std::errc{} && stop == end, number);
    };
    if (const auto [fits, whole] = read(std::int64_t{}); fits) return whole;
    if (const auto [fits, whole] = read(std::uint64_t{}); fits) return whole;
    if (const auto [fits, real] = read(double{}); fits) return real;
    fail();
  }

  std::uint32_t code() {
    std::uint32_t point = 0;
    if (rest_.size() < 4) fail();
    const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + 4, point, 16);
    if (error != std::errc{} || stop != rest_.data() + 4) fail();
    rest_.remove_prefix(4);
    return point;
  }

  void escape(std::string& out) {
    if (rest_.empty()) fail();
    const char mark = rest_.front();
    rest_.remove_prefix(1);
    if (mark == 'u') {
      std::uint32_t point = code();
      if (point >= 0xD800 && point < 0xDC00 && take("\\u")) {
        const std::uint32_t low = code();
        point = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
      }
      // Python's stand-ins of bytes that are no UTF-8
      if (point >= 0xDC80 && point < 0xDD00) {
        out += static_cast<char>(point - 0xDC00);
      } else {
        append_utf8(out, point >= 0xD800 && point < 0xE000 ? 0xFFFD : point);
      }
      return;
    }
    const auto at = std::string_view("\"\\/bfnrt").find(mark);
    if (at == std::string_view::npos) fail();
    out += "\"\\/\b\f\n\r\t"[at];
  }

  std::string text() {
    std::string out;
    if (!take("\"")) fail();
    for (;;) {
      const auto plain = std::min(rest_.find_first_of("\"\\"), rest_.size());
      out += rest_.substr(0, plain);
      rest_.remove_prefix(plain);
      if (take("\"")) return out;
      if (!take("\\")) fail();
      escape(out);
    }
  }

  std::string_view rest_;
};

}  // namespace

Value parse_json(std::string_view text) {
  if (!is_utf8(text)) throw Error("no valid UTF-8");
  return Reader(text).whole();
}

}  // namespace nugan
