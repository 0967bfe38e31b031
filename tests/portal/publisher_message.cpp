#include "portal/publisher_message.hpp"

#include "portal/mongo_filter.hpp"
#include "portal/raw_json.hpp"

#include <algorithm>
#include <array>

#include <openssl/rand.h>

namespace carecloud {
namespace {

constexpr std::size_t kTokenDigits = 256;

// In byte order; members that a message does not have are omitted.
constexpr std::array<std::string_view, 8> kSignedNames{"Message",   "MessageId", "SubscribeURL", "Subject",
                                                       "Timestamp", "Token",     "TopicArn",     "Type"};

std::string random_hex(std::size_t digits) {
    std::string bytes(digits / 2, '\0');
    RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    std::string hex;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex.push_back("0123456789abcdef"[byte >> 4]);
        hex.push_back("0123456789abcdef"[byte & 15]);
    }
    return hex;
}

const std::string& value_of(const PublishedFields& fields, std::string_view name) {
    static const std::string none;
    const std::string* value = field_of(fields, name);
    return value == nullptr ? none : *value;
}

}  // namespace

std::string PublishedEvent::to_json() const {
    Json json = Json::object();
    json["id"] = id;
    json["datasource_code"] = datasource_code;
    json["workspace_id"] = workspace_id;
    json["bucket_id"] = bucket_id;
    json["event_type"] = event_type;
    json["event_time"] = event_time;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const std::string* field_of(const PublishedFields& fields, std::string_view name) {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
    return found == fields.end() ? nullptr : &found->second;
}

void set_field(PublishedFields& fields, std::string_view name, std::string value) {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
    if (found == fields.end())
        fields.emplace_back(name, std::move(value));
    else
        found->second = std::move(value);
}

std::string new_message_id() {
    std::string hex = random_hex(32);
    // Version 4, variant 1 (RFC 9562 5.4).
    hex[12] = '4';
    hex[16] = "89ab"[hex[16] % 4];
    for (const std::size_t at : {8, 13, 18, 23})
        hex.insert(at, 1, '-');
    return hex;
}

std::string new_token() {
    return random_hex(kTokenDigits);
}

PublishedFields notification_fields(const std::string& topic_arn, const std::string& message_id,
                                    const std::string& message, const std::optional<std::string>& subject,
                                    Timestamp now) {
    PublishedFields fields{
        {"Type", "Notification"}, {"MessageId", message_id}, {"TopicArn", topic_arn}, {"Message", message}};
    if (subject) fields.emplace(fields.end() - 1, "Subject", *subject);
    fields.emplace_back("Timestamp", now.to_string_ms());
    return fields;
}

PublishedFields confirmation_fields(const std::string& topic_arn, const std::string& token,
                                    const std::string& subscription_arn, const std::string& base_url,
                                    Timestamp now) {
    const bool subscribing = subscription_arn.empty();
    const std::string message =
        subscribing ? "You have chosen to subscribe to the topic " + topic_arn +
                          ".\nTo confirm the subscription, visit the SubscribeURL included in this message."
                    : "You have chosen to deactivate subscription " + subscription_arn +
                          ".\nTo cancel this operation and restore the subscription, visit the SubscribeURL "
                          "included in this message.";
    return {
        {"Type", subscribing ? "SubscriptionConfirmation" : "UnsubscribeConfirmation"},
        {"MessageId", new_message_id()},
        {"Token", token},
        {"TopicArn", topic_arn},
        {"Message", message},
        {"SubscribeURL", base_url + "/?Action=ConfirmSubscription&TopicArn=" + topic_arn + "&Token=" + token},
        {"Timestamp", now.to_string_ms()}};
}

std::string signed_text_of(const PublishedFields& fields) {
    std::string text;
    for (const std::string_view name : kSignedNames) {
        const std::string* value = field_of(fields, name);
        if (value != nullptr) text.append(name).append("\n").append(*value).append("\n");
    }
    return text;
}

void add_signature(PublishedFields& fields, const PublisherIdentity& identity, int version,
                   const std::string& certificate_url) {
    std::string signature = identity.sign(signed_text_of(fields), version);
    fields.emplace_back("SignatureVersion", std::to_string(version));
    fields.emplace_back("Signature", std::move(signature));
    fields.emplace_back("SigningCertURL", certificate_url);
}

std::string body_of(const PublishedFields& fields) {
    std::string body = "{";
    for (const auto& [name, value] : fields) {
        body.append(body.size() == 1 ? "\n  " : ",\n  ").append(json_quoted(name));
        body.append(" : ").append(json_quoted(value));
    }
    return body + "\n}";
}

std::vector<HttpHeader> headers_of(const PublishedFields& fields, const std::string& subscription_arn,
                                   bool raw) {
    std::vector<HttpHeader> headers{{"x-amz-sns-message-type", value_of(fields, "Type")},
                                    {"x-amz-sns-message-id", value_of(fields, "MessageId")},
                                    {"x-amz-sns-topic-arn", value_of(fields, "TopicArn")}};
    if (!subscription_arn.empty()) headers.emplace_back("x-amz-sns-subscription-arn", subscription_arn);
    if (raw) headers.emplace_back("x-amz-sns-rawdelivery", "true");
    headers.emplace_back("Content-Type", "text/plain; charset=UTF-8");
    headers.emplace_back("User-Agent", "Amazon Simple Notification Service Agent");
    return headers;
}

}  // namespace carecloud
