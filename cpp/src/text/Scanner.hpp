#pragma once

#include <cstddef>
#include <string_view>

#include "ascii_text.hpp"

namespace nugan {

/// Reads a text from left to right; what takes something goes on behind it, or stays where it is not there.
class Scanner {
 public:
  explicit Scanner(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  void go_to(std::size_t at) { at_ = at; }
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  std::string_view since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }

  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  /// Take a word that may be left out.
  bool may_take(std::string_view word) { return take(word) || true; }
  bool take_any(std::string_view characters) {
    if (at_ == text_.size() || characters.find(next()) == text_.npos) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (take_any(blanks)) {
    }
  }
  bool take_digits() {
    const auto begin = at_;
    while (is_digit(next())) ++at_;
    return at_ > begin;
  }
  /// Digits, perhaps a point and more digits.
  bool take_decimal() {
    if (!take_digits()) return false;
    if (take(".")) take_digits();
    return true;
  }
  /// A base such as "10^" with an exponent.
  bool take_power(std::string_view base) {
    const auto begin = at_;
    if (take(base)) {
      take_any("+-");
      if (take_digits()) return true;
    }
    at_ = begin;
    return false;
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

}  // namespace nugan
