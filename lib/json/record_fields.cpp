#include "json/record_fields.hpp"

#include "json/tokens.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include <openssl/evp.h>

namespace carecloud {
namespace {

constexpr std::size_t kIdSizeMax = 64;

// The content of a string token without escapes; std::nullopt for anything else.
std::optional<std::string_view> plain_string(std::string_view token) {
    if (token.size() < 2 || token.front() != '"' || token.find('\\') != std::string_view::npos)
        return std::nullopt;
    return token.substr(1, token.size() - 2);
}

// The day as 20240301 if the token begins with one, with or without quotes: "20240301083000", "2024-03-01T08:30:00";
// otherwise 0.
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

void note_invalid(SystemFields& fields, std::string reason) {
    if (fields.invalid.empty()) fields.invalid = std::move(reason);
}

void check_scope(std::string_view name, std::string_view expected, std::string_view found) {
    if (expected.empty() || found.empty() || expected == found) return;
    throw Rejected{ErrorCode::wrong_workspace,
                   "a record's " + std::string(name) + " is not that of the stream",
                   "check portal.workspace_id, portal.bucket_id and the key in portal.api_key_file"};
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
        fields_.scoped = options_.workspace_id.empty() || seen_[workspace_id];
        return std::move(fields_);
    }

  private:
    enum Field : std::size_t { id, modified, disabled, workspace_id, bucket_id };
    static constexpr std::array<std::string_view, 5> kFields{"_id", "modified", "disabled", "workspace_id",
                                                             "bucket_id"};

    // The index of a system field in kFields; kFields.size() for any other field.
    std::size_t field_of(std::string_view key) {
        if (key.find('\\') != std::string_view::npos) note_escapes(key);
        return static_cast<std::size_t>(std::find(kFields.begin(), kFields.end(), key) - kFields.begin());
    }

    void note_escapes(std::string_view key) {
        for (const std::string_view name : kFields) {
            if (matches_name(key, name))
                note_invalid(fields_, "the name " + std::string(name) + " is written with escapes");
        }
    }

    // The scalar token; empty for an object or array.
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
            note_invalid(fields_, std::string(name) + " is duplicated in the record");
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
        if (!text) note_invalid(fields_, std::string(name) + " is not a plain string");
        into = text.value_or(std::string_view());
    }

    // Each occurrence is checked, so no spelling of another workspace's record is accepted.
    void read_scope(std::string_view name, std::string_view token, std::string_view expected) {
        if (expected.empty() || token == "null") return;
        const auto text = plain_string(token);
        if (!text) return note_invalid(fields_, std::string(name) + " is not a plain string");
        check_scope(name, expected, *text);
    }

    static constexpr std::size_t kDepth = 2;  // the response, its data, the record

    Tokens& tokens_;
    const SliceOptions& options_;
    SystemFields fields_;
    std::array<bool, kFields.size()> seen_{};
};

struct Free {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

bool is_usable_id(std::string_view id) {
    if (id.empty() || id.size() > kIdSizeMax) return false;
    for (const char c : id) {
        if (c <= ' ' || c > '~' || c == '\\') return false;
    }
    return true;
}

std::optional<DaySpan> span_of(std::uint32_t start, std::uint32_t end) {
    if (start == 0 && end == 0) return std::nullopt;
    return DaySpan{.first = start == 0 ? end : start, .last = end == 0 ? start : end};
}

SystemFields read_fields(Tokens& tokens, const SliceOptions& options) {
    return RecordReader(tokens, options).read();
}

struct Hasher::Impl {
    std::unique_ptr<EVP_MD, Free> digest{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Hasher::Hasher() : impl_(std::make_unique<Impl>()) {
    if (!impl_->digest || !impl_->context) throw std::runtime_error("OpenSSL does not support SHA-256");
}

Hasher::~Hasher() = default;

Hash Hasher::hash(std::string_view bytes) {
    Hash hash;
    EVP_MD_CTX* context = impl_->context.get();
    const bool done =
        EVP_DigestInit_ex2(context, impl_->digest.get(), nullptr) == 1 &&
        EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1 &&
        EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(hash.data()), nullptr) == 1;
    if (!done) throw std::runtime_error("OpenSSL failed to compute a SHA-256");
    return hash;
}

}  // namespace carecloud
