#include "json/slice.hpp"

#include "json/grammar.hpp"
#include "json/hash.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <simdjson.h>

namespace carecloud {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(kPagePadding >= simdjson::SIMDJSON_PADDING);

constexpr std::size_t kIdSizeMax = 64;

// Ends the walk of a page that is not what it should be; caught in Slicer::slice and nowhere else.
struct Broken {
    ErrorCode code;
    std::string what;
    std::string hint;
};

[[noreturn]] void broken(std::string what) {
    throw Broken{ErrorCode::bad_response, std::move(what),
                 "the page is asked for again; nothing of it is stored"};
}

template <class T>
T get(simdjson::simdjson_result<T>&& result) {
    T value;
    if (const auto error = std::move(result).get(value); error != simdjson::SUCCESS) {
        broken(std::string("not valid JSON: ") + simdjson::error_message(error));
    }
    return value;
}

std::string_view token_of(ondemand::value& value) {
    return trim_right(value.raw_json_token());
}

// The bytes before the first quote or backslash, eight at a time: a page has a hundred thousand names. May read up to
// seven bytes beyond, which the page's padding allows.
std::size_t plain_size(const char* text) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t highs = 0x8080808080808080;
    const auto zero_bytes = [](std::uint64_t word) { return (word - ones) & ~word & highs; };
    for (std::size_t size = 0;; size += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text + size, sizeof word);
        const std::uint64_t found = zero_bytes(word ^ (ones * '"')) | zero_bytes(word ^ (ones * '\\'));
        if (found != 0) return size + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
}

// The key's bytes as they stand in the text; its end is the first quote that no backslash hides.
std::string_view key_of(ondemand::field& field) {
    static_assert(std::endian::native == std::endian::little);
    const char* begin = field.key().raw();
    const char* end = begin + plain_size(begin);
    if (*end == '"') return {begin, static_cast<std::size_t>(end - begin)};
    while (*end != '"')
        end += *end == '\\' ? 2 : 1;
    const std::string_view key(begin, static_cast<std::size_t>(end - begin));
    if (!is_json_string_content(key)) broken("not valid JSON: a bad escape in a name");
    return key;
}

void check_scalar(std::string_view token) {
    if (token.front() == '"') {
        if (token.size() < 2 || token.back() != '"')
            broken("not valid JSON: something stands after a string");
        if (!is_json_string_content(token.substr(1, token.size() - 2)))
            broken("not valid JSON: a bad escape in a string");
    } else if (!is_json_number(token) && !is_json_literal(token)) {
        broken("not valid JSON: a value that is no number, string or literal");
    }
}

// Walks a value to its end and checks every byte of it.
void check_value(ondemand::value value, std::size_t depth) {
    if (depth > kNestingMax) broken("nested deeper than " + std::to_string(kNestingMax));
    switch (get(value.type())) {
        case ondemand::json_type::object:
            for (auto entry : get(value.get_object())) {
                ondemand::field field = get(std::move(entry));
                key_of(field);
                check_value(field.value(), depth + 1);
            }
            break;
        case ondemand::json_type::array:
            for (auto element : get(value.get_array()))
                check_value(get(std::move(element)), depth + 1);
            break;
        default:
            check_scalar(token_of(value));
            break;
    }
}

// What the system fields of one record said.
struct SystemFields {
    std::string_view id;  // the string's inside; empty: absent or unusable
    std::string_view modified;
    std::string_view workspace_id;
    std::string_view bucket_id;
    bool disabled = false;
    std::string strange;  // the first reason why the record is not a good one
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

void note_strange(SystemFields& fields, std::string reason) {
    if (fields.strange.empty()) fields.strange = std::move(reason);
}

void read_text(SystemFields& fields, std::string_view name, std::string_view token, std::string_view& into,
               bool& seen) {
    if (seen) return note_strange(fields, std::string(name) + " stands twice in the record");
    seen = true;
    const auto text = plain_string(token);
    if (!text) return note_strange(fields, std::string(name) + " is not a plain string");
    into = *text;
}

class RecordReader {
  public:
    SystemFields read(ondemand::object object) {
        for (auto entry : object) {
            ondemand::field field = get(std::move(entry));
            const std::string_view key = key_of(field);
            ondemand::value value = field.value();
            if (is_system(key))
                read_system(key, value);
            else
                check_value(value, 2);
        }
        return std::move(fields_);
    }

  private:
    static bool is_system(std::string_view key) {
        return key == "_id" || key == "modified" || key == "disabled" || key == "workspace_id" ||
               key == "bucket_id";
    }

    void read_system(std::string_view key, ondemand::value value) {
        const ondemand::json_type type = get(value.type());
        const bool nested = type == ondemand::json_type::object || type == ondemand::json_type::array;
        std::string_view token;
        if (nested) {
            check_value(value, 2);
        } else {
            token = token_of(value);
            check_scalar(token);
        }
        if (key == "_id")
            read_text(fields_, key, token, fields_.id, seen_id_);
        else if (key == "modified")
            read_text(fields_, key, token, fields_.modified, seen_modified_);
        else if (key == "disabled")
            fields_.disabled = token == "true";
        else if (key == "workspace_id")
            read_scope(token, fields_.workspace_id);
        else
            read_scope(token, fields_.bucket_id);
    }

    static void read_scope(std::string_view token, std::string_view& into) {
        if (const auto text = plain_string(token)) into = *text;
    }

    SystemFields fields_;
    bool seen_id_ = false;
    bool seen_modified_ = false;
};

void check_scope(std::string_view name, std::string_view expected, std::string_view found) {
    if (expected.empty() || found.empty() || expected == found) return;
    throw Broken{ErrorCode::wrong_workspace, "a record's " + std::string(name) + " is not the stream's",
                 "check portal.workspace_id, portal.bucket_id and whose key portal.api_key_file holds"};
}

// ErrorCode comes from outside and goes to the log: letters, digits and a few signs of it.
std::string printable_code(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, 64)) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        out += letter || c == '_' || c == '-' || c == '.' ? c : '?';
    }
    return out;
}

}  // namespace

struct Slicer::Impl {
    ondemand::parser parser;
    Hasher hasher;

    // One answer being read.
    struct Envelope {
        Page page;
        const SliceOptions* options = nullptr;
        ondemand::document* document = nullptr;
        bool seen_success = false;
        bool seen_data = false;
        bool seen_total = false;
        bool success = false;
        std::string error_code;
    };

    void read_envelope(Envelope& envelope);
    void read_member(Envelope& envelope, std::string_view key, ondemand::value value);
    void read_data(Envelope& envelope, ondemand::value value);
    void read_status(Envelope& envelope, ondemand::value value);
    void read_record(Envelope& envelope, ondemand::value value);
    void keep_strange(Envelope& envelope, const SystemFields& fields, std::string_view body);
};

void Slicer::Impl::read_record(Envelope& envelope, ondemand::value value) {
    if (get(value.type()) != ondemand::json_type::object) broken("a record that is not an object");
    const char* begin = value.raw_json_token().data();
    const SystemFields fields = RecordReader{}.read(get(value.get_object()));
    const char* next = get(envelope.document->current_location());
    const std::string_view body = trim_right({begin, static_cast<std::size_t>(next - begin)});

    check_scope("workspace_id", envelope.options->workspace_id, fields.workspace_id);
    check_scope("bucket_id", envelope.options->bucket_id, fields.bucket_id);
    const auto modified = Timestamp::parse(fields.modified);
    if (!fields.strange.empty() || !is_usable_id(fields.id) || !modified)
        return keep_strange(envelope, fields, body);

    Record record{.id = fields.id,
                  .modified_text = fields.modified,
                  .modified = *modified,
                  .body = body,
                  .disabled = fields.disabled};
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
    });
}

void Slicer::Impl::read_data(Envelope& envelope, ondemand::value value) {
    if (std::exchange(envelope.seen_data, true)) broken("the answer holds its data twice");
    switch (get(value.type())) {
        case ondemand::json_type::array:
            for (auto element : get(value.get_array()))
                read_record(envelope, get(std::move(element)));
            break;
        case ondemand::json_type::object:
            read_record(envelope, value);
            break;
        default:
            if (token_of(value) != "null") broken("data is neither a list nor a record");
    }
}

void Slicer::Impl::read_status(Envelope& envelope, ondemand::value value) {
    if (get(value.type()) != ondemand::json_type::object) return check_value(value, 1);
    for (auto entry : get(value.get_object())) {
        ondemand::field field = get(std::move(entry));
        const std::string_view key = key_of(field);
        ondemand::value member = field.value();
        const bool is_code = key == "ErrorCode" || key == "errorCode";
        if (is_code && get(member.type()) == ondemand::json_type::string) {
            const std::string_view token = token_of(member);
            check_scalar(token);
            envelope.error_code = printable_code(token.substr(1, token.size() - 2));
        } else {
            check_value(member, 2);
        }
    }
}

void Slicer::Impl::read_member(Envelope& envelope, std::string_view key, ondemand::value value) {
    if (key == "data" || key == "Data") return read_data(envelope, value);
    if (key == "responseStatus" || key == "ResponseStatus") return read_status(envelope, value);
    if (key == "isSuccess" || key == "IsSuccess") {
        if (std::exchange(envelope.seen_success, true)) broken("the answer says isSuccess twice");
        const std::string_view token = token_of(value);
        if (token != "true" && token != "false") broken("isSuccess is neither true nor false");
        envelope.success = token == "true";
        envelope.page.spelling = key == "isSuccess" ? Spelling::camel : Spelling::pascal;
        return;
    }
    if (key == "total" || key == "Total") {
        if (std::exchange(envelope.seen_total, true)) broken("the answer holds its total twice");
        std::uint64_t total = 0;
        if (value.get_uint64().get(total) == simdjson::SUCCESS)
            envelope.page.total = total;
        else
            check_value(value, 1);
        return;
    }
    check_value(value, 1);
}

void Slicer::Impl::read_envelope(Envelope& envelope) {
    ondemand::object root;
    if (envelope.document->get_object().get(root) != simdjson::SUCCESS) broken("not a JSON object");
    for (auto entry : root) {
        ondemand::field field = get(std::move(entry));
        const std::string_view key = key_of(field);
        read_member(envelope, key, field.value());
    }
    if (envelope.document->current_location().error() == simdjson::SUCCESS)
        broken("something stands after the answer's end");
    if (!envelope.seen_success) broken("the answer has no isSuccess");
    if (!envelope.success) {
        throw Broken{ErrorCode::refused, "isSuccess is false, ErrorCode \"" + envelope.error_code + "\"",
                     "the portal took the request and refused it"};
    }
    if (!envelope.seen_data) broken("the answer has no data");
}

Slicer::Slicer() : impl_(std::make_unique<Impl>()) {}
Slicer::~Slicer() = default;

Result<Page> Slicer::slice(std::unique_ptr<char[]> buffer, std::size_t size, const SliceOptions& options) {
    Impl::Envelope envelope;
    envelope.options = &options;
    envelope.page.buffer = std::move(buffer);
    envelope.page.size = size;
    try {
        ondemand::document document;
        const simdjson::padded_string_view text(envelope.page.buffer.get(), size, size + kPagePadding);
        if (const auto error = impl_->parser.iterate(text).get(document); error != simdjson::SUCCESS) {
            broken(std::string("not valid JSON: ") + simdjson::error_message(error));
        }
        envelope.document = &document;
        impl_->read_envelope(envelope);
        return std::move(envelope.page);
    } catch (const Broken& failure) {
        return Error{.code = failure.code,
                     .operation = "read the portal's answer",
                     .subject = failure.what,
                     .hint = failure.hint};
    }
}

Result<Page> slice_page(std::string_view text, const SliceOptions& options) {
    auto buffer = std::make_unique_for_overwrite<char[]>(text.size() + kPagePadding);
    std::memcpy(buffer.get(), text.data(), text.size());
    std::memset(buffer.get() + text.size(), 0, kPagePadding);
    return Slicer{}.slice(std::move(buffer), text.size(), options);
}

}  // namespace carecloud
