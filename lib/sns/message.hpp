// An SNS message as it is POSTed to an HTTPS endpoint, read so strictly that what is verified is what is used.
//
//     Result<SnsMessage> message = parse_sns_message(request.body);
//     verify_signature(*message, certificate)      // over string_to_sign(*message)
//
// docs: AWS SNS developer guide, "Parsing Amazon SNS message formats", "Verifying the signatures of Amazon SNS
// messages". Pure; safe on any thread.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

enum class SnsMessageType { notification, subscription_confirmation, unsubscribe_confirmation };

// As it stands in `Type` and in the header x-amz-sns-message-type.
std::string_view to_string(SnsMessageType type);

enum class SignatureVersion { sha1, sha256 };  // "1", a topic's default, and "2"

// Only what is signed, beside the signature itself: UnsubscribeURL and MessageAttributes are not signed, nor is a
// Subject in a confirmation or a Token in a notification, and none of these is kept.
struct SnsMessage {
    SnsMessageType type = SnsMessageType::notification;
    std::string message_id{};  // a UUID
    std::string topic_arn{};
    std::string message{};
    std::optional<std::string> subject{};  // none where it is absent or null
    std::string timestamp{};               // the text that is signed
    Timestamp time{};                      // the same as an instant
    SignatureVersion signature_version = SignatureVersion::sha1;
    std::string signature{};         // decoded
    std::string signing_cert_url{};  // not checked yet: see topic.hpp
    std::string subscribe_url{};     // of confirmations
    std::string token{};             // of confirmations; whoever has it can confirm: not for logs
};

// Errors (invalid_argument): what read_top_level refuses; a key that is missing, not a string, or spelled otherwise
// (AWS Lambda's events write "SigningCertUrl"; no HTTP delivery does, and readers that ignore case could take it for
// the verified one); a MessageId that is no UUID, a Timestamp that is not ISO 8601, a Subject with control
// characters: each field of the signed text must be unambiguous. Messages name the key, never its value.
Result<SnsMessage> parse_sns_message(std::string_view body);

// What the signature is over: "Name\nValue\n" for each signed field, in byte order.
std::string string_to_sign(const SnsMessage& message);

}  // namespace carecloud
