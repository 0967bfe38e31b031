// SNS messages as sent (AWS, "Parsing Amazon SNS message formats"): their members in SNS's order, the signed text, the
// body, and the headers.
//
//     PublishedFields fields = notification_fields(topic, new_message_id(), event.to_json(), {}, now);
//     add_signature(fields, identity, 1, certificate_url);
//     std::string body = body_of(fields);
//
// Pure, except for the random ids; thread-safe.
#pragma once

#include "base/timestamp.hpp"
#include "net/http_message.hpp"
#include "portal/publisher_identity.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

// The event that CareCloud publishes as a notification's Message (the vendor's API documentation).
struct PublishedEvent {
    std::string id{};  // the record's `_id`
    std::string datasource_code = "cc-claim-attendance";
    std::string workspace_id{};
    std::string bucket_id{};
    std::string event_type = "attendance";
    std::string event_time{};

    std::string to_json() const;
};

// Name and decoded value of each member, in body order.
using PublishedFields = std::vector<std::pair<std::string, std::string>>;

// nullptr if there is no such member.
const std::string* field_of(const PublishedFields& fields, std::string_view name);
// Changes the member, or appends it.
void set_field(PublishedFields& fields, std::string_view name, std::string value);

// A random UUID: never repeated, not even after a restart, because subscribers remember it.
std::string new_message_id();
// 256 hex digits, like SNS's.
std::string new_token();

PublishedFields notification_fields(const std::string& topic_arn, const std::string& message_id,
                                    const std::string& message, const std::optional<std::string>& subject,
                                    Timestamp now);
// A SubscriptionConfirmation or, with a `subscription_arn`, an UnsubscribeConfirmation. `base_url`: of the publisher's
// HTTPS port, without a trailing slash.
PublishedFields confirmation_fields(const std::string& topic_arn, const std::string& token,
                                    const std::string& subscription_arn, const std::string& base_url,
                                    Timestamp now);

// The string to sign: the type's signed members in byte order, each as "Name\nValue\n".
std::string signed_text_of(const PublishedFields& fields);
// Adds SignatureVersion, Signature and SigningCertURL.
void add_signature(PublishedFields& fields, const PublisherIdentity& identity, int version,
                   const std::string& certificate_url);

// The JSON as written by SNS: one member per line.
std::string body_of(const PublishedFields& fields);
// Content-Type, User-Agent and x-amz-sns-*; the subscription's ARN is omitted if it is empty.
std::vector<HttpHeader> headers_of(const PublishedFields& fields, const std::string& subscription_arn,
                                   bool raw);

}  // namespace carecloud
