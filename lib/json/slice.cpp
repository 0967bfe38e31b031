#include "json/slice.hpp"

#include "json/record_fields.hpp"
#include "json/repair.hpp"
#include "json/tokens.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace carecloud {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The portal's ErrorCode is untrusted and is logged: only its letters, digits and a few punctuation characters are
// kept.
std::string printable_code(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, 64)) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        out += letter || c == '_' || c == '-' || c == '.' ? c : '?';
    }
    return out;
}

// The count, or std::nullopt if the portal sends something else.
std::optional<std::uint64_t> read_total(Tokens& tokens) {
    if (tokens.peek() == '{' || tokens.peek() == '[') {
        tokens.skip_value(1);
        return std::nullopt;
    }
    const std::string_view token = tokens.take_scalar();
    std::uint64_t total = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), total);
    if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
    return total;
}

// A name with escapes is the same name to other parsers, so it is here, too (RFC 8259, 8.3).
std::string_view without_escapes(std::string_view key) {
    for (const std::string_view name :
         {"data", "Data", "isSuccess", "IsSuccess", "total", "Total", "responseStatus", "ResponseStatus"}) {
        if (matches_name(key, name)) return name;
    }
    return key;
}

Error not_a_page(ErrorCode code, std::string subject, std::string hint) {
    return {.code = code,
            .operation = "parse the portal's response",
            .subject = std::move(subject),
            .hint = std::move(hint)};
}

}  // namespace

struct Slicer::Impl {
    Tokens tokens;
    Hasher hasher;

    // The state of parsing one response.
    struct Envelope {
        Page page;
        const SliceOptions* options = nullptr;
        bool seen_success = false;
        bool seen_data = false;
        bool seen_total = false;
        bool success = false;
        std::string error_code;
        // Used if a repaired copy is read instead of the page's text:
        const char* copy = nullptr;  // null: the text itself is read
        std::vector<RepairedRecord> repaired{};
        std::size_t repaired_met = 0;
        bool vouched = false;  // one of the repaired records contains the stream's workspace

        // Maps bytes of the copy to the same bytes in the page's buffer.
        std::string_view in_buffer(std::string_view read) const {
            return copy == nullptr || read.empty()
                       ? read
                       : std::string_view(page.buffer.get() + (read.data() - copy), read.size());
        }
    };

    // Returns the error if the text is not a page.
    std::optional<Error> read(Envelope& envelope, char* text, std::size_t size);
    std::optional<Error> read_repaired(Envelope& envelope, Error failure);
    void read_envelope(Envelope& envelope);
    void read_member(Envelope& envelope, std::string_view key);
    void read_data(Envelope& envelope);
    void read_status(Envelope& envelope);
    void read_record(Envelope& envelope);
    void read_list(Envelope& envelope);
    void keep_invalid(Envelope& envelope, const SystemFields& fields, std::string_view body);
    void keep_not_json(Envelope& envelope, SystemFields fields, std::string_view body);
};

void Slicer::Impl::read_record(Envelope& envelope) {
    if (tokens.peek() != '{') bad_json("a record that is not an object");
    const char* begin = tokens.position();
    const SystemFields fields = read_fields(tokens, *envelope.options);
    std::string_view body(begin, static_cast<std::size_t>(tokens.after_bracket() - begin));
    body = envelope.in_buffer(body);
    const auto at = static_cast<std::size_t>(body.data() - envelope.page.buffer.get());
    const std::size_t next = envelope.repaired_met;
    if (next < envelope.repaired.size() && envelope.repaired[next].begin == at)
        return keep_not_json(envelope, fields, body);

    const auto modified = Timestamp::parse(fields.modified);
    if (!fields.invalid.empty() || !is_usable_id(fields.id) || !modified)
        return keep_invalid(envelope, fields, body);

    Record record{.id = envelope.in_buffer(fields.id),
                  .modified_text = envelope.in_buffer(fields.modified),
                  .modified = *modified,
                  .body = body,
                  .disabled = fields.disabled,
                  .days = span_of(fields.start_day, fields.end_day)};
    if (envelope.options->hash) record.hash = hasher.hash(body);
    envelope.page.records.push_back(record);
}

void Slicer::Impl::keep_invalid(Envelope& envelope, const SystemFields& fields, std::string_view body) {
    std::string reason = fields.invalid;
    if (reason.empty() && fields.id.empty())
        reason = kNoIdReason;
    else if (reason.empty() && !is_usable_id(fields.id))
        reason = "_id is not a valid id";
    else if (reason.empty() && fields.modified.empty())
        reason = "modified is missing";
    else if (reason.empty())
        reason = "modified is not an ISO 8601 timestamp";
    envelope.page.invalid.push_back({
        .id = is_usable_id(fields.id) ? std::string(fields.id) : "sha256:" + to_hex(hasher.hash(body)),
        .modified_text = std::string(fields.modified.substr(0, 64)),
        .reason = std::move(reason),
        .body = body,
        .contradictory = fields.contradictory,
    });
}

// The fields are used only if the repair has not changed them.
void Slicer::Impl::keep_not_json(Envelope& envelope, SystemFields fields, std::string_view body) {
    if (envelope.in_buffer(fields.id) != fields.id) fields.id = {};
    if (envelope.in_buffer(fields.modified) != fields.modified) fields.modified = {};
    const std::string_view fault = envelope.repaired[envelope.repaired_met++].fault;
    fields.invalid = std::string(kNotJsonReason).append(fault);
    keep_invalid(envelope, fields, body);
    envelope.page.invalid.back().not_json = true;
    envelope.vouched = envelope.vouched || fields.scoped;
}

// Reading stops at the requested number: the rest is only checked to be JSON.
void Slicer::Impl::read_list(Envelope& envelope) {
    const std::size_t take = envelope.options->take;
    tokens.each_element([&] {
        if (take == 0 || envelope.page.record_count() < take) return read_record(envelope);
        ++envelope.page.beyond_take;
        tokens.skip_value(2);
    });
}

void Slicer::Impl::read_data(Envelope& envelope) {
    if (std::exchange(envelope.seen_data, true)) bad_json("duplicate member data");
    switch (tokens.peek()) {
        case '[':
            read_list(envelope);
            break;
        case '{':
            if (envelope.options->list) bad_json("data is an object instead of a list");
            read_record(envelope);
            break;
        default:
            if (tokens.take_scalar() != "null") bad_json("data is not a list or a record");
            if (envelope.options->list) bad_json("data is null instead of a list");
    }
}

void Slicer::Impl::read_status(Envelope& envelope) {
    if (tokens.peek() != '{') return tokens.skip_value(1);
    tokens.each_member([&](std::string_view key) {
        const bool is_code = key == "ErrorCode" || key == "errorCode";
        if (!is_code || tokens.peek() != '"') return tokens.skip_value(2);
        const std::string_view token = tokens.take_scalar();
        envelope.error_code = printable_code(token.substr(1, token.size() - 2));
    });
}

void Slicer::Impl::read_member(Envelope& envelope, std::string_view key) {
    if (key.find('\\') != std::string_view::npos) key = without_escapes(key);
    if (key == "data" || key == "Data") return read_data(envelope);
    if (key == "responseStatus" || key == "ResponseStatus") return read_status(envelope);
    if (key == "isSuccess" || key == "IsSuccess") {
        if (std::exchange(envelope.seen_success, true)) bad_json("duplicate member isSuccess");
        const char first = tokens.peek();
        if (first != 't' && first != 'f') bad_json("isSuccess is not a boolean");
        envelope.success = tokens.take_scalar() == "true";
        envelope.page.spelling = key == "isSuccess" ? Spelling::camel : Spelling::pascal;
        return;
    }
    if (key == "total" || key == "Total") {
        if (std::exchange(envelope.seen_total, true)) bad_json("duplicate member total");
        envelope.page.total = read_total(tokens);
        return;
    }
    tokens.skip_value(1);
}

void Slicer::Impl::read_envelope(Envelope& envelope) {
    if (tokens.peek() != '{') bad_json("not a JSON object");
    tokens.each_member([&](std::string_view key) { read_member(envelope, key); });
    tokens.end();
    if (!envelope.seen_success) bad_json("missing member isSuccess");
    if (!envelope.success) {
        throw Rejected{ErrorCode::refused, "isSuccess is false, ErrorCode \"" + envelope.error_code + "\"",
                       "the portal rejected the request"};
    }
    if (!envelope.seen_data) bad_json("missing member data");
}

std::optional<Error> Slicer::Impl::read(Envelope& envelope, char* text, std::size_t size) {
    const std::size_t skipped =
        std::string_view(text, size).starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    try {
        tokens.begin(text + skipped, size - skipped);
        read_envelope(envelope);
        return std::nullopt;
    } catch (const BadJson& failure) {
        return not_a_page(ErrorCode::bad_response, failure.what,
                          "nothing of the page is stored; it will be requested again");
    } catch (const Rejected& failure) {
        return not_a_page(failure.code, failure.what, failure.hint);
    }
}

// If only single records are invalid, reads the rest of the response (hazard 35). `failure`: the error of the original
// text.
std::optional<Error> Slicer::Impl::read_repaired(Envelope& envelope, Error failure) {
    const std::size_t size = envelope.page.size;
    std::string copy;
    copy.reserve(size + kPagePadding);
    copy.assign(envelope.page.buffer.get(), size);
    RepairReport report = repair_records(copy);
    failure.records_seen = report.records;
    if (report.repaired.empty()) return failure;
    Envelope again;
    again.options = envelope.options;
    again.page.buffer = std::move(envelope.page.buffer);
    again.page.size = size;
    again.copy = copy.data();
    again.repaired = std::move(report.repaired);
    envelope = std::move(again);
    auto still = read(envelope, copy.data(), size);
    if (still && still->code != ErrorCode::bad_response) return still;
    // If there are only records that are not JSON, and none looks like one of the stream, the response is forged.
    const bool made_up = envelope.page.records.empty() && !envelope.vouched;
    if (!still && !made_up) return still;
    return failure;
}

Slicer::Slicer() : impl_(std::make_unique<Impl>()) {}
Slicer::~Slicer() = default;

Result<Page> Slicer::slice(std::unique_ptr<char[]> buffer, std::size_t size, const SliceOptions& options) {
    Impl::Envelope envelope;
    envelope.options = &options;
    envelope.page.buffer = std::move(buffer);
    envelope.page.size = size;
    auto failure = impl_->read(envelope, envelope.page.buffer.get(), size);
    if (failure && failure->code == ErrorCode::bad_response)
        failure = impl_->read_repaired(envelope, std::move(*failure));
    if (failure) return std::move(*failure);
    return std::move(envelope.page);
}

Result<Page> Slicer::slice(std::string_view text, const SliceOptions& options) {
    auto buffer = std::make_unique_for_overwrite<char[]>(text.size() + kPagePadding);
    std::memcpy(buffer.get(), text.data(), text.size());
    std::memset(buffer.get() + text.size(), 0, kPagePadding);
    return slice(std::move(buffer), text.size(), options);
}

Result<Page> slice_page(std::string_view text, const SliceOptions& options) {
    return Slicer{}.slice(text, options);
}

}  // namespace carecloud
