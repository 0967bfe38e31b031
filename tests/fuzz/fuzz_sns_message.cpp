// The reading of an SNS message and of the notice in it: any bytes in, a message that keeps its promises out, or an
// error that repeats nothing.
#include "base/ascii.hpp"
#include "fuzz/fuzz_target.hpp"
#include "sns/message.hpp"
#include "sns/notice.hpp"
#include "sns/subscriptions.hpp"
#include "sns/topic.hpp"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

namespace carecloud {
namespace {

bool is_printable(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Written again by another hand, the message is the same.
void check_written_again(const SnsMessage& message) {
    nlohmann::json again{
        {"Type", to_string(message.type)},
        {"MessageId", message.message_id},
        {"TopicArn", message.topic_arn},
        {"Message", message.message},
        {"Timestamp", message.timestamp},
        {"SignatureVersion", message.signature_version == SignatureVersion::sha1 ? "1" : "2"},
        {"Signature", "AAAA"},
        {"SigningCertURL", message.signing_cert_url}};
    if (message.subject) again["Subject"] = *message.subject;
    if (message.type != SnsMessageType::notification) {
        again["SubscribeURL"] = message.subscribe_url;
        again["Token"] = message.token;
    }
    const Result<SnsMessage> read = parse_sns_message(again.dump());
    fuzz_require(read.has_value(), "what was read can be read again");
    fuzz_require(string_to_sign(*read) == string_to_sign(message), "and is signed the same");
}

// From its end, the signed text has one reading: each field after the message is one line.
void check_signed_text(const SnsMessage& message) {
    const std::string text = string_to_sign(message);
    const std::size_t fields = message.type == SnsMessageType::notification ? (message.subject ? 5 : 4) : 6;
    const auto lines = [](const std::string& of) {
        return static_cast<std::size_t>(std::count(of.begin(), of.end(), '\n'));
    };
    fuzz_require(lines(text) == lines(message.message) + 2 + 2 * fields, "one line for each signed field");
    fuzz_require(text.ends_with("\nType\n" + std::string(to_string(message.type)) + "\n"),
                 "the type comes last");
}

void check_addresses(const SnsMessage& message) {
    static const SnsTopic topic = parse_topic_arn("arn:aws:sns:us-west-2:123456789012:carecloud").value();
    static const SigningHosts hosts = SigningHosts::create({}).value();
    const Result<HttpUrl> url = hosts.check(message.signing_cert_url, topic);
    if (!url) return;
    fuzz_require(url->origin == Origin{.tls = true, .host = topic.host, .port = 443}, "SNS's own host");
    fuzz_require(url->target.size() == 63, "a certificate's path");
    if (message.type == SnsMessageType::notification) return;
    const Result<HttpUrl> confirmation = confirmation_url(message, url->origin);
    if (!confirmation) return;
    fuzz_require(confirmation->origin == url->origin, "confirmed at the same host");
    fuzz_require(is_visible_word(confirmation->target, 8192), "by an address");
    fuzz_require(std::count(confirmation->target.begin(), confirmation->target.end(), '&') == 2,
                 "of three values");
}

void check_event(const SnsMessage& message) {
    const std::vector<EventRoute> routes{
        {.stream = "claim_attendance", .entity = "claim_attendance", .workspace_id = "w", .bucket_id = "b"}};
    const Event event = to_event(message, "body", routes);
    fuzz_require(event.record_id.size() <= 128 && is_printable(event.record_id), "a sane record id");
    fuzz_require(event.event_type.size() <= 128 && is_printable(event.event_type), "a sane event type");
    fuzz_require(event.state != EventState::open || (event.stream && !event.record_id.empty()),
                 "an open event has a stream and a record");
}

}  // namespace
}  // namespace carecloud

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carecloud;
    const Result<SnsMessage> message = parse_sns_message(fuzz_text(data, size));
    if (!message) {
        fuzz_require(is_printable(message.error().message()), "an error repeats no content");
        return 0;
    }
    check_written_again(*message);
    check_signed_text(*message);
    check_addresses(*message);
    check_event(*message);
    return 0;
}
