#include "sns/message.hpp"

#include "base/ascii.hpp"
#include "json/top_level.hpp"
#include "sns/topic.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace carecloud {
namespace {

// Longer than any such value in a message from SNS.
constexpr std::size_t kUrlBytesMax = 4096;
constexpr std::size_t kTokenBytesMax = 1024;
constexpr std::size_t kSignatureBytesMax = 1024;

constexpr std::array<std::string_view, 12> kNames{
    "Type",      "MessageId",        "TopicArn",  "Subject",        "Message",
    "Timestamp", "SignatureVersion", "Signature", "SigningCertURL", "SubscribeURL",
    "Token",     "UnsubscribeURL",
};

constexpr std::array<SnsMessageType, 3> kTypes{SnsMessageType::notification,
                                               SnsMessageType::subscription_confirmation,
                                               SnsMessageType::unsubscribe_confirmation};

Error malformed(std::string subject) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "parse the SNS message",
            .subject = std::move(subject),
            .hint = {}};
}

std::optional<Error> check_spelling(const TopLevel& members) {
    for (const auto& [key, value] : members) {
        for (const std::string_view name : kNames) {
            if (key == name || !ascii_iequals(key, name)) continue;
            Error error = malformed(std::string(name) + " has a different spelling");
            error.hint =
                "this is the spelling of HTTP deliveries; do not forward Lambda events to this endpoint";
            return error;
        }
    }
    return std::nullopt;
}

// Reads required strings from the members, and keeps the first problem.
class FieldReader {
  public:
    explicit FieldReader(TopLevel& members) : members_(members) {}

    std::string take(std::string_view name) {
        const auto found = members_.find(name);
        if (found == members_.end()) return refuse(name, "is missing");
        if (found->second.kind != TopLevelValue::Kind::string) return refuse(name, "is not a string");
        return std::move(found->second.text);
    }

    std::optional<std::string> take_optional(std::string_view name) {
        const auto found = members_.find(name);
        if (found == members_.end() || found->second.kind == TopLevelValue::Kind::null) return std::nullopt;
        return take(name);
    }

    std::string refuse(std::string_view name, std::string_view what) {
        if (!problem_) problem_ = malformed(std::string(name) + " " + std::string(what));
        return {};
    }

    const std::optional<Error>& problem() const { return problem_; }

  private:
    TopLevel& members_;
    std::optional<Error> problem_;
};

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = ascii_lower(text[i]);
        if (dash ? c != '-' : !is_digit(c) && (c < 'a' || c > 'f')) return false;
    }
    return true;
}

void read_type(FieldReader& fields, SnsMessage& message) {
    const std::string type = fields.take("Type");
    const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                    [&](SnsMessageType known) { return to_string(known) == type; });
    if (found == kTypes.end()) {
        fields.refuse("Type", "is not a message type of SNS");
    } else {
        message.type = *found;
    }
}

void read_signature(FieldReader& fields, SnsMessage& message) {
    const std::string version = fields.take("SignatureVersion");
    if (version != "1" && version != "2") fields.refuse("SignatureVersion", "is not 1 or 2");
    message.signature_version = version == "2" ? SignatureVersion::sha256 : SignatureVersion::sha1;
    const std::string encoded = fields.take("Signature");
    std::optional<std::string> signature = decode_base64(encoded);
    if (!signature || signature->empty() || signature->size() > kSignatureBytesMax) {
        fields.refuse("Signature", "is not base64");
    } else {
        message.signature = std::move(*signature);
    }
}

// The members that all types have.
void read_common(FieldReader& fields, SnsMessage& message) {
    message.message_id = fields.take("MessageId");
    if (!is_uuid(message.message_id)) fields.refuse("MessageId", "is not a UUID");
    message.topic_arn = fields.take("TopicArn");
    if (!is_visible_word(message.topic_arn, kTopicArnBytesMax)) fields.refuse("TopicArn", "is not an ARN");
    message.message = fields.take("Message");
    message.timestamp = fields.take("Timestamp");
    const std::optional<Timestamp> time = Timestamp::parse(message.timestamp);
    if (!time) fields.refuse("Timestamp", "is not ISO 8601");
    message.time = time.value_or(Timestamp{});
    message.signing_cert_url = fields.take("SigningCertURL");
    if (!is_visible_word(message.signing_cert_url, kUrlBytesMax))
        fields.refuse("SigningCertURL", "is not a URL");
}

// ASCII only: the bytes of multibyte UTF-8 characters are not control characters.
bool is_control(char c) {
    return (c >= 0 && c < 0x20) || c == 0x7f;
}

void read_subject(FieldReader& fields, SnsMessage& message) {
    message.subject = fields.take_optional("Subject");
    if (message.subject && std::any_of(message.subject->begin(), message.subject->end(), is_control)) {
        fields.refuse("Subject", "contains control characters");
    }
}

void read_confirmation(FieldReader& fields, SnsMessage& message) {
    message.subscribe_url = fields.take("SubscribeURL");
    if (!is_visible_word(message.subscribe_url, kUrlBytesMax)) fields.refuse("SubscribeURL", "is not a URL");
    message.token = fields.take("Token");
    if (!is_visible_word(message.token, kTokenBytesMax)) fields.refuse("Token", "is not a single word");
}

}  // namespace

std::string_view to_string(SnsMessageType type) {
    switch (type) {
        case SnsMessageType::notification:
            return "Notification";
        case SnsMessageType::subscription_confirmation:
            return "SubscriptionConfirmation";
        case SnsMessageType::unsubscribe_confirmation:
            return "UnsubscribeConfirmation";
    }
    return "unknown";
}

Result<SnsMessage> parse_sns_message(std::string_view body) {
    Result<TopLevel> members = read_top_level(body);
    if (!members) return malformed(members.error().subject);
    if (const std::optional<Error> misspelled = check_spelling(*members)) return *misspelled;
    FieldReader fields(*members);
    SnsMessage message;
    read_type(fields, message);
    read_common(fields, message);
    read_signature(fields, message);
    if (message.type == SnsMessageType::notification) {
        read_subject(fields, message);
    } else {
        read_confirmation(fields, message);
    }
    if (fields.problem()) return *fields.problem();
    return message;
}

std::string string_to_sign(const SnsMessage& message) {
    std::string text;
    const auto add = [&](std::string_view name, std::string_view value) {
        text.append(name).append("\n").append(value).append("\n");
    };
    add("Message", message.message);
    add("MessageId", message.message_id);
    if (message.type == SnsMessageType::notification) {
        if (message.subject) add("Subject", *message.subject);
        add("Timestamp", message.timestamp);
    } else {
        add("SubscribeURL", message.subscribe_url);
        add("Timestamp", message.timestamp);
        add("Token", message.token);
    }
    add("TopicArn", message.topic_arn);
    add("Type", to_string(message.type));
    return text;
}

}  // namespace carecloud
