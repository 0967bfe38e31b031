#include "json/slice.hpp"

#include "json/grammar.hpp"
#include "json/hash.hpp"
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

constexpr std::size_t kIdSizeMax = 64;

// Ends the reading of an answer that is sound but not to be stored; caught in Slicer::slice and nowhere else.
struct Rejected {
    ErrorCode code;
    std::string what;
    std::string hint;
};

// What the system fields of one record said.
struct SystemFields {
    std::string_view id;  // the string's inside; empty: absent or unusable
    std::string_view modified;
    bool disabled = false;
    std::uint32_t start_day = 0;  // 20240301; 0: no day stands there
    std::uint32_t end_day = 0;
    bool contradictory = false;  // one of them stands twice
    std::string strange;         // the first reason why the record is not a good one
};

bool is_usable_id(std::string_view id) {
    if (id.empty() || id.size() > kIdSizeMax) return false;
    for (const char c : id) {
        if (c <= ' ' || c > '~' || c == '\\') return false;
    }
    return true;
}

// The inside of a string token without escapes; nullopt for anything else.
std::optional<std::string_view> plain_string(std::string_view token) {
    if (token.size() < 2 || token.front() != '"' || token.find('\\') != std::string_view::npos)
        return std::nullopt;
    return token.substr(1, token.size() - 2);
}

// 20240301 of a token that begins so, with quotes or without: "20240301083000", "2024-03-01T08:30:00"; else 0.
std::uint32_t day_of(std::string_view token) {
    if (token.starts_with('"')) token.remove_prefix(1);
    std::uint32_t day = 0;
    std::size_t digits = 0;
    for (const char c : token) {
        if (c == '-') continue;
        if (c < '0' || c > '9' || digits == 8) break;
        day = day * 10 + static_cast<std::uint32_t>(c - '0');
        ++digits;
    }
    return digits == 8 ? day : 0;
}

std::optional<DaySpan> span_of(std::uint32_t start, std::uint32_t end) {
    if (start == 0 && end == 0) return std::nullopt;
    return DaySpan{.first = start == 0 ? end : start, .last = end == 0 ? start : end};
}

void note_strange(SystemFields& fields, std::string reason) {
    if (fields.strange.empty()) fields.strange = std::move(reason);
}

void check_scope(std::string_view name, std::string_view expected, std::string_view found) {
    if (expected.empty() || found.empty() || expected == found) return;
    throw Rejected{ErrorCode::wrong_workspace, "a record's " + std::string(name) + " is not the stream's",
                   "check portal.workspace_id, portal.bucket_id and whose key portal.api_key_file holds"};
}

class RecordReader {
  public:
    RecordReader(Tokens& tokens, const SliceOptions& options) : tokens_(tokens), options_(options) {}

    SystemFields read() {
        tokens_.each_member([this](std::string_view key) {
            if (const std::size_t field = field_of(key); field < kFields.size())
                read_system(field);
            else if (key == "startDate")
                fields_.start_day = day_of(take_text());
            else if (key == "endDate")
                fields_.end_day = day_of(take_text());
            else
                tokens_.skip_value(kDepth);
        });
        return std::move(fields_);
    }

  private:
    enum Field : std::size_t { id, modified, disabled, workspace_id, bucket_id };
    static constexpr std::array<std::string_view, 5> kFields{"_id", "modified", "disabled", "workspace_id",
                                                             "bucket_id"};

    // The place of a system field in kFields; beyond it: another field.
    std::size_t field_of(std::string_view key) {
        if (key.find('\\') != std::string_view::npos) note_escapes(key);
        return static_cast<std::size_t>(std::find(kFields.begin(), kFields.end(), key) - kFields.begin());
    }

    void note_escapes(std::string_view key) {
        for (const std::string_view name : kFields) {
            if (says_name(key, name))
                note_strange(fields_, "the name " + std::string(name) + " is written with escapes");
        }
    }

    // Empty: an object or an array.
    std::string_view take_text() {
        if (tokens_.peek() != '{' && tokens_.peek() != '[') return tokens_.take_scalar();
        tokens_.skip_value(kDepth);
        return {};
    }

    void read_system(std::size_t field) {
        const std::string_view name = kFields[field];
        const std::string_view token = take_text();
        const bool again = std::exchange(seen_[field], true);
        if (again) {
            fields_.contradictory = true;
            note_strange(fields_, std::string(name) + " stands twice in the record");
        }
        switch (field) {
            case id:
                read_text(name, token, again, fields_.id);
                break;
            case modified:
                read_text(name, token, again, fields_.modified);
                break;
            case disabled:
                fields_.disabled = token == "true";
                break;
            default:
                read_scope(name, token, field == workspace_id ? options_.workspace_id : options_.bucket_id);
        }
    }

    void read_text(std::string_view name, std::string_view token, bool again, std::string_view& into) {
        const auto text = again ? std::nullopt : plain_string(token);
        if (!text) note_strange(fields_, std::string(name) + " is not a plain string");
        into = text.value_or(std::string_view());
    }

    // Each time it stands there, so that no spelling of another workspace's record gets through.
    void read_scope(std::string_view name, std::string_view token, std::string_view expected) {
        if (expected.empty() || token == "null") return;
        const auto text = plain_string(token);
        if (!text) return note_strange(fields_, std::string(name) + " is not a plain string");
        check_scope(name, expected, *text);
    }

    static constexpr std::size_t kDepth = 2;  // the answer, its data, the record

    Tokens& tokens_;
    const SliceOptions& options_;
    SystemFields fields_;
    std::array<bool, kFields.size()> seen_{};
};

// ErrorCode comes from outside and goes to the log: letters, digits and a few signs of it.
std::string printable_code(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, 64)) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        out += letter || c == '_' || c == '-' || c == '.' ? c : '?';
    }
    return out;
}

// A count, or nothing where the portal says something else there.
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

// A name written with escapes is the same name to another reader, and so to this one (RFC 8259, 8.3).
std::string_view without_escapes(std::string_view key) {
    for (const std::string_view name :
         {"data", "Data", "isSuccess", "IsSuccess", "total", "Total", "responseStatus", "ResponseStatus"}) {
        if (says_name(key, name)) return name;
    }
    return key;
}

Error not_a_page(ErrorCode code, std::string subject, std::string hint) {
    return {.code = code,
            .operation = "read the portal's answer",
            .subject = std::move(subject),
            .hint = std::move(hint)};
}

}  // namespace

struct Slicer::Impl {
    Tokens tokens;
    Hasher hasher;

    // One answer being read.
    struct Envelope {
        Page page;
        const SliceOptions* options = nullptr;
        bool seen_success = false;
        bool seen_data = false;
        bool seen_total = false;
        bool success = false;
        std::string error_code;
    };

    void read_envelope(Envelope& envelope);
    void read_member(Envelope& envelope, std::string_view key);
    void read_data(Envelope& envelope);
    void read_status(Envelope& envelope);
    void read_record(Envelope& envelope);
    void keep_strange(Envelope& envelope, const SystemFields& fields, std::string_view body);
};

void Slicer::Impl::read_record(Envelope& envelope) {
    if (tokens.peek() != '{') bad_json("a record that is not an object");
    const char* begin = tokens.position();
    const SystemFields fields = RecordReader(tokens, *envelope.options).read();
    const std::string_view body(begin, static_cast<std::size_t>(tokens.after_bracket() - begin));

    const auto modified = Timestamp::parse(fields.modified);
    if (!fields.strange.empty() || !is_usable_id(fields.id) || !modified)
        return keep_strange(envelope, fields, body);

    Record record{.id = fields.id,
                  .modified_text = fields.modified,
                  .modified = *modified,
                  .body = body,
                  .disabled = fields.disabled,
                  .days = span_of(fields.start_day, fields.end_day)};
    if (envelope.options->hash) record.hash = hasher.hash(body);
    envelope.page.records.push_back(record);
}

void Slicer::Impl::keep_strange(Envelope& envelope, const SystemFields& fields, std::string_view body) {
    std::string reason = fields.strange;
    if (reason.empty() && fields.id.empty())
        reason = "_id is missing";
    else if (reason.empty() && !is_usable_id(fields.id))
        reason = "_id is not usable as an id";
    else if (reason.empty() && fields.modified.empty())
        reason = "modified is missing";
    else if (reason.empty())
        reason = "modified is not an ISO 8601 instant";
    envelope.page.strange.push_back({
        .id = is_usable_id(fields.id) ? std::string(fields.id) : "sha256:" + to_hex(hasher.hash(body)),
        .modified_text = std::string(fields.modified.substr(0, 64)),
        .reason = std::move(reason),
        .body = body,
        .contradictory = fields.contradictory,
    });
}

void Slicer::Impl::read_data(Envelope& envelope) {
    if (std::exchange(envelope.seen_data, true)) bad_json("the answer holds its data twice");
    switch (tokens.peek()) {
        case '[':
            tokens.each_element([&] { read_record(envelope); });
            break;
        case '{':
            read_record(envelope);
            break;
        default:
            if (tokens.take_scalar() != "null") bad_json("data is neither a list nor a record");
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
        if (std::exchange(envelope.seen_success, true)) bad_json("the answer says isSuccess twice");
        const char first = tokens.peek();
        if (first != 't' && first != 'f') bad_json("isSuccess is neither true nor false");
        envelope.success = tokens.take_scalar() == "true";
        envelope.page.spelling = key == "isSuccess" ? Spelling::camel : Spelling::pascal;
        return;
    }
    if (key == "total" || key == "Total") {
        if (std::exchange(envelope.seen_total, true)) bad_json("the answer holds its total twice");
        envelope.page.total = read_total(tokens);
        return;
    }
    tokens.skip_value(1);
}

void Slicer::Impl::read_envelope(Envelope& envelope) {
    if (tokens.peek() != '{') bad_json("not a JSON object");
    tokens.each_member([&](std::string_view key) { read_member(envelope, key); });
    tokens.end();
    if (!envelope.seen_success) bad_json("the answer has no isSuccess");
    if (!envelope.success) {
        throw Rejected{ErrorCode::refused, "isSuccess is false, ErrorCode \"" + envelope.error_code + "\"",
                       "the portal took the request and refused it"};
    }
    if (!envelope.seen_data) bad_json("the answer has no data");
}

Slicer::Slicer() : impl_(std::make_unique<Impl>()) {}
Slicer::~Slicer() = default;

Result<Page> Slicer::slice(std::unique_ptr<char[]> buffer, std::size_t size, const SliceOptions& options) {
    Impl::Envelope envelope;
    envelope.options = &options;
    envelope.page.buffer = std::move(buffer);
    envelope.page.size = size;
    try {
        impl_->tokens.begin(envelope.page.buffer.get(), size);
        impl_->read_envelope(envelope);
        return std::move(envelope.page);
    } catch (const BadJson& failure) {
        return not_a_page(ErrorCode::bad_response, failure.what,
                          "the page is asked for again; nothing of it is stored");
    } catch (const Rejected& failure) {
        return not_a_page(failure.code, failure.what, failure.hint);
    }
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
