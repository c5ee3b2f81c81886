#include <charconv>
#include <cmath>
#include <limits>
#include <nugan/Error.hpp>
#include <nugan/argument_values.hpp>
#include <optional>
#include <string_view>

#include "../text/message.hpp"
#include "../text/quoted.hpp"
#include "../text/to_number.hpp"

namespace nugan {

namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& expected) {
  throw Error(message(nugan::quoted(text), " is not ", expected));
}

// The number in a text of digits alone, if it is none above `most`
template <class Whole>
std::optional<Whole> digits(std::string_view text, Whole most) {
  Whole value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc{} && text.find_first_not_of("0123456789") == text.npos;
  return good && value <= most ? std::optional(value) : std::nullopt;
}

constexpr std::int64_t most_whole = 9'000'000'000'000'000'000;

// A whole number of any sign, in digits or as 1e6
std::optional<std::int64_t> whole(const std::string& text) {
  // a double has not all whole numbers above 2^53
  if (const auto exact = digits(text, most_whole)) return exact;
  const auto value = to_number(text);
  if (!value || !(std::abs(*value) <= static_cast<double>(most_whole)) || *value != std::floor(*value))
    return {};
  return static_cast<std::int64_t>(*value);
}

}  // namespace

double parse_positive(const std::string& text) {
  const auto value = to_number(text);
  if (!value || !(*value > 0 && std::isfinite(*value))) refuse(text, "a finite number above 0");
  return *value;
}

std::int64_t parse_whole(const std::string& text) {
  const auto value = whole(text);
  if (!value) refuse(text, "a whole number");
  return *value;
}

std::int64_t parse_count(const std::string& text, std::int64_t least) {
  const auto value = whole(text);
  const bool large = !value && to_number(text).value_or(0) > static_cast<double>(most_whole);
  if (!value || *value < least)
    refuse(text, message("a whole number of at least ", least, large ? " and at most 9e18" : ""));
  return *value;
}

std::uint64_t parse_seed(const std::string& text) {
  const auto value = digits(text, std::numeric_limits<std::uint64_t>::max());
  if (!value) refuse(text, "a whole number from 0 to 2^64 - 1");
  return *value;
}

int parse_threads(const std::string& text) {
  const auto value = digits(text, 9999);
  if (!value) refuse(text, "a whole number from 0 to 9999");
  return *value;
}

DeviceName parse_device(const std::string& text) {
  if (text == "cpu") return {};
  if (text == "cuda") return {.cuda = true};
  const auto number =
      text.starts_with("cuda:") ? digits(std::string_view(text).substr(5), 999) : std::nullopt;
  if (!number) refuse(text, "cpu, cuda or cuda:k");
  return {.cuda = true, .number = *number};
}

}  // namespace nugan
