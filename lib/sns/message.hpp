// An SNS message as POSTed to an HTTPS endpoint. The parser is strict: exactly what is verified is used.
//
//     Result<SnsMessage> message = parse_sns_message(request.body);
//     verify_signature(*message, certificate)      // over string_to_sign(*message)
//
// docs: AWS SNS developer guide, "Parsing Amazon SNS message formats", "Verifying the signatures of Amazon SNS
// messages". Pure; thread-safe.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

enum class SnsMessageType { notification, subscription_confirmation, unsubscribe_confirmation };

// The value of `Type` and of the header x-amz-sns-message-type.
std::string_view to_string(SnsMessageType type);

enum class SignatureVersion { sha1, sha256 };  // "1", a topic's default, and "2"

// Only signed fields, besides the signature: UnsubscribeURL and MessageAttributes are not signed, nor is a Subject in a
// confirmation or a Token in a notification, so none of them is kept.
struct SnsMessage {
    SnsMessageType type = SnsMessageType::notification;
    std::string message_id{};  // a UUID
    std::string topic_arn{};
    std::string message{};
    std::optional<std::string> subject{};  // empty if absent or null
    std::string timestamp{};               // the signed text
    Timestamp time{};                      // the same, parsed
    SignatureVersion signature_version = SignatureVersion::sha1;
    std::string signature{};         // decoded
    std::string signing_cert_url{};  // not checked yet; see topic.hpp
    std::string subscribe_url{};     // confirmations only
    std::string token{};  // confirmations only; a secret: anyone who has it can confirm, so never log it
};

// Errors (invalid_argument): anything that read_top_level refuses; a key that is missing, not a string, or spelled
// differently (AWS Lambda's events use "SigningCertUrl", but HTTP deliveries do not, and parsers that ignore case could
// confuse it with the verified key); a MessageId that is not a UUID, a Timestamp that is not ISO 8601, a Subject with
// control characters: each field of the signed text must be unambiguous. Error messages name the key, never its value.
Result<SnsMessage> parse_sns_message(std::string_view body);

// The text that the signature covers: "Name\nValue\n" for each signed field, in byte order of the names.
std::string string_to_sign(const SnsMessage& message);

}  // namespace carecloud
