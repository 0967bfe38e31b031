#include "json/top_level.hpp"

#include <cstdint>
#include <memory>
#include <utility>

#include <simdjson.h>

namespace carecloud {
namespace {

namespace dom = simdjson::dom;

// A parser keeps its memory, about ten times the size of the text, for the next text. Each thread keeps one for common
// sizes; a larger text gets a temporary one.
constexpr std::size_t kCommonSize = 64 * 1024;

Error refused(std::string what) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "parse JSON",
            .subject = std::move(what),
            .hint = {}};
}

struct Parser {
    dom::parser dom;
    simdjson::error_code failure;

    explicit Parser(std::size_t capacity) : failure(dom.allocate(capacity, kTopLevelDepthMax)) {}
};

bool holds_nul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

Result<TopLevelValue> value_of(const dom::element& element) {
    if (element.is_null()) return TopLevelValue{.kind = TopLevelValue::Kind::null};
    std::string_view text;
    if (element.get(text) != simdjson::SUCCESS) return TopLevelValue{};
    if (holds_nul(text)) return refused("a NUL in a string");
    return TopLevelValue{.kind = TopLevelValue::Kind::string, .text = std::string(text)};
}

Result<TopLevel> members_of(const dom::object& object) {
    TopLevel members;
    for (const auto& [key, element] : object) {
        if (holds_nul(key)) return refused("a NUL in a string");
        if (members.size() == kTopLevelKeysMax) {
            return refused("more than " + std::to_string(kTopLevelKeysMax) + " keys");
        }
        Result<TopLevelValue> value = value_of(element);
        if (!value) return value.error();
        const bool fresh = members.try_emplace(std::string(key), std::move(*value)).second;
        if (!fresh) return refused("duplicate key");
    }
    return members;
}

Result<TopLevel> read_with(Parser& parser, std::string_view text) {
    dom::element root;
    simdjson::error_code failure = parser.failure;
    if (failure == simdjson::SUCCESS) failure = parser.dom.parse(text.data(), text.size(), true).get(root);
    if (failure == simdjson::DEPTH_ERROR) {
        return refused("nested deeper than " + std::to_string(kTopLevelDepthMax) + " levels");
    }
    if (failure != simdjson::SUCCESS) return refused("not JSON in UTF-8");
    dom::object object;
    if (root.get(object) != simdjson::SUCCESS) return refused("not a JSON object");
    return members_of(object);
}

}  // namespace

Result<TopLevel> read_top_level(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) return refused("a byte-order mark");
    if (text.size() > kCommonSize) {
        const auto parser = std::make_unique<Parser>(text.size());
        return read_with(*parser, text);
    }
    thread_local Parser parser(kCommonSize);
    return read_with(parser, text);
}

}  // namespace carecloud
