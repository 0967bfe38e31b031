#include "json/top_level.hpp"
#include "sns/message.hpp"
#include "support/sns/test_signer.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace carecloud;
using nlohmann::json;

namespace {

// A signature of the right form, for tests that verify none.
json complete(json message) {
    message["Signature"] = "AAAA";
    return message;
}

std::string message_refusal(const std::string& body) {
    const Result<SnsMessage> message = parse_sns_message(body);
    return message ? std::string() : message.error().subject;
}

std::string message_refusal(const json& message) {
    return message_refusal(message.dump());
}

}  // namespace

TEST_CASE("A notification is read, and unsigned members are ignored") {
    json sent = complete(notification());
    sent["Subject"] = "Subm\u00edssion";
    sent["Token"] = "not signed here";
    sent["SubscribeURL"] = "https://elsewhere.example/";
    const Result<SnsMessage> message = parse_sns_message(sent.dump());
    REQUIRE(message.has_value());
    CHECK(message->type == SnsMessageType::notification);
    CHECK(message->message_id == "26858270-545e-5848-82a2-e05566af3dcf");
    CHECK(message->topic_arn == kTestTopic);
    CHECK(message->subject == "Subm\u00edssion");
    CHECK(message->message == sent["Message"].get<std::string>());
    CHECK(message->timestamp == "2024-03-13T19:08:57.903Z");
    CHECK(message->time == Timestamp::parse("2024-03-13T19:08:57.903Z"));
    CHECK(message->signature_version == SignatureVersion::sha1);
    CHECK(message->signature == std::string(3, '\0'));
    CHECK(message->signing_cert_url == kTestCertificateUrl);
    CHECK(message->token.empty());
    CHECK(message->subscribe_url.empty());
}

TEST_CASE("Both confirmations are read") {
    const Result<SnsMessage> first = parse_sns_message(complete(subscription_confirmation()).dump());
    REQUIRE(first.has_value());
    CHECK(first->type == SnsMessageType::subscription_confirmation);
    CHECK(first->token == "2336412f37fb687f5d51e6e2425929f5");
    CHECK(
        first->subscribe_url.starts_with("https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription"));
    const Result<SnsMessage> last = parse_sns_message(complete(unsubscribe_confirmation()).dump());
    REQUIRE(last.has_value());
    CHECK(last->type == SnsMessageType::unsubscribe_confirmation);
}

TEST_CASE("The string to sign has each signed field in byte order") {
    json sent = complete(notification());
    sent["Message"] = "one\ntwo \"\u00e9\"";
    const std::string head =
        "Message\none\ntwo \"\u00e9\"\nMessageId\n26858270-545e-5848-82a2-e05566af3dcf\n";
    const std::string tail = "Timestamp\n2024-03-13T19:08:57.903Z\nTopicArn\n" + std::string(kTestTopic) +
                             "\nType\nNotification\n";
    CHECK(string_to_sign(*parse_sns_message(sent.dump())) == head + tail);
    sent["Subject"] = "S";
    CHECK(string_to_sign(*parse_sns_message(sent.dump())) == head + "Subject\nS\n" + tail);
}

TEST_CASE("The string to sign of a confirmation has its address and token") {
    const json sent = complete(unsubscribe_confirmation());
    const std::string text = string_to_sign(*parse_sns_message(sent.dump()));
    CHECK(text.find("\nSubscribeURL\nhttps://sns.us-west-2.amazonaws.com/?Action=") != std::string::npos);
    CHECK(text.find("\nToken\n2336412f37fb687f5d51e6e2425929f5\nTopicArn\n") != std::string::npos);
    CHECK(text.ends_with("\nType\nUnsubscribeConfirmation\n"));
}

TEST_CASE("A null Subject counts as absent, an empty one is signed") {
    json sent = complete(notification());
    sent["Subject"] = nullptr;
    CHECK(string_to_sign(*parse_sns_message(sent.dump())).find("Subject") == std::string::npos);
    sent["Subject"] = "";
    CHECK(string_to_sign(*parse_sns_message(sent.dump())).find("\nSubject\n\nTimestamp\n") !=
          std::string::npos);
}

TEST_CASE("A message without one of its keys is refused") {
    const std::string key = GENERATE("Type", "MessageId", "TopicArn", "Message", "Timestamp",
                                     "SignatureVersion", "Signature", "SigningCertURL");
    json sent = complete(notification());
    sent.erase(key);
    CHECK(message_refusal(sent) == key + " is missing");
}

TEST_CASE("A confirmation without its address or token is refused") {
    const std::string key = GENERATE("SubscribeURL", "Token");
    json sent = complete(subscription_confirmation());
    sent.erase(key);
    CHECK(message_refusal(sent) == key + " is missing");
}

TEST_CASE("A value that is not a string is refused") {
    const std::string key = GENERATE("Type", "MessageId", "TopicArn", "Message", "Timestamp",
                                     "SignatureVersion", "Signature", "SigningCertURL", "Subject");
    const json value = GENERATE(json(1), json(true), json::array({"Notification"}), json::object());
    json sent = complete(notification());
    sent[key] = value;
    CHECK(message_refusal(sent) == key + " is not a string");
}

TEST_CASE("A null is not a value of a required key") {
    json sent = complete(notification());
    sent["Message"] = nullptr;
    CHECK(message_refusal(sent) == "Message is not a string");
}

TEST_CASE("The spelling of Lambda's events is refused") {
    const auto [ours, theirs] =
        GENERATE(table<std::string, std::string>({{"SigningCertURL", "SigningCertUrl"},
                                                  {"SubscribeURL", "SubscribeUrl"},
                                                  {"UnsubscribeURL", "UnsubscribeUrl"},
                                                  {"Message", "message"}}));
    json sent = complete(notification());
    sent[theirs] = "https://elsewhere.example/";
    CHECK(message_refusal(sent) == ours + " has a different spelling");
    sent.erase(ours);
    CHECK(message_refusal(sent) == ours + " has a different spelling");
}

TEST_CASE("An unknown Type is refused") {
    const std::string type = GENERATE("", "notification", "Notification ", "Subscribe", "Notification\n");
    json sent = complete(notification());
    sent["Type"] = type;
    CHECK(message_refusal(sent) == "Type is not a message type of SNS");
}

TEST_CASE("A SignatureVersion other than 1 and 2 is refused") {
    const std::string version = GENERATE("", "0", "3", "01", "1 ", "2\n");
    json sent = complete(notification());
    sent["SignatureVersion"] = version;
    CHECK(message_refusal(sent) == "SignatureVersion is not 1 or 2");
}

TEST_CASE("A Signature that is not strict base64 is refused") {
    const std::string signature = GENERATE("", "A", "AA", "AAA", "AAAA=", "A===", "====", "AA=A", "AAAA\n",
                                           " AAAA", "AA-_", "AB==", "AAB=");
    json sent = complete(notification());
    sent["Signature"] = signature;
    CHECK(message_refusal(sent) == "Signature is not base64");
}

TEST_CASE("A MessageId that is not a UUID is refused") {
    const std::string id =
        GENERATE("", "26858270", "26858270-545e-5848-82a2-e05566af3dcg",
                 "26858270-545e-5848-82a2-e05566af3dcf\t", "26858270_545e-5848-82a2-e05566af3dcf");
    json sent = complete(notification());
    sent["MessageId"] = id;
    CHECK(message_refusal(sent) == "MessageId is not a UUID");
}

TEST_CASE("A Timestamp that is not ISO 8601 is refused") {
    const std::string time =
        GENERATE("", "yesterday", "2024-03-13", "2024-03-13T19:08:57.903Z\n", "2024-13-13T19:08:57Z");
    json sent = complete(notification());
    sent["Timestamp"] = time;
    CHECK(message_refusal(sent) == "Timestamp is not ISO 8601");
}

TEST_CASE("A Subject with control characters is refused") {
    const std::string subject = GENERATE("a\nb", "a\rb", "\t", "\x7f");
    json sent = complete(notification());
    sent["Subject"] = subject;
    CHECK(message_refusal(sent) == "Subject contains control characters");
}

TEST_CASE("An address or a token with white space is refused") {
    json sent = complete(subscription_confirmation());
    sent["Token"] = "a\tb";
    CHECK(message_refusal(sent) == "Token is not a single word");
    sent = complete(subscription_confirmation());
    sent["SubscribeURL"] = "https://sns.us-west-2.amazonaws.com/ ?x";
    CHECK(message_refusal(sent) == "SubscribeURL is not a URL");
}

TEST_CASE("A duplicate key is refused, known or not, escaped or not") {
    const std::string more = GENERATE(R"("Message":"other")", R"("M\u0065ssage":"other")",
                                      R"("UnsubscribeURL":"a","UnsubscribeURL":"b")", R"("x":1,"x":1)");
    const std::string text = complete(notification()).dump();
    CHECK(message_refusal("{" + more + "," + text.substr(1)) == "duplicate key");
}

TEST_CASE("A duplicate key below the top level is ignored") {
    const std::string text = complete(notification()).dump();
    CHECK(message_refusal(R"({"x":{"y":1,"y":2},)" + text.substr(1)).empty());
}

TEST_CASE("Anything but a JSON object is refused") {
    CHECK(message_refusal(std::string("[]")) == "not a JSON object");
    CHECK(message_refusal(std::string("\"Notification\"")) == "not a JSON object");
    CHECK(message_refusal(std::string("1")) == "not a JSON object");
    CHECK(message_refusal(std::string()) == "not JSON in UTF-8");
    CHECK(message_refusal(std::string("{")) == "not JSON in UTF-8");
    CHECK(message_refusal(std::string("{}")) == "Type is missing");
    CHECK(message_refusal(complete(notification()).dump() + "{}") == "not JSON in UTF-8");
    CHECK(message_refusal("\xEF\xBB\xBF" + complete(notification()).dump()) == "a byte-order mark");
}

TEST_CASE("A number beyond 64 bits is refused") {
    const std::string text = complete(notification()).dump();
    for (const char* number :
         {"123456789012345678901234567890", "-9223372036854775809", "18446744073709551616"}) {
        CAPTURE(number);
        CHECK(message_refusal(R"({"x":)" + std::string(number) + "," + text.substr(1)) ==
              "not JSON in UTF-8");
    }
}

TEST_CASE("Nesting of ten thousand levels is refused without recursion") {
    const auto [open, close] = GENERATE(table<std::string, std::string>({{"[", "]"}, {"{\"a\":", "}"}}));
    std::string deep = "{\"x\":";
    for (int i = 0; i < 10'000; ++i)
        deep += open;
    CHECK(message_refusal(deep) == "not JSON in UTF-8");
    deep += "1";
    for (int i = 0; i < 10'000; ++i)
        deep += close;
    CHECK(message_refusal(deep + "}") == "nested deeper than 32 levels");
}

TEST_CASE("A message as large as SNS sends is read") {
    json sent = complete(notification());
    sent["Message"] = std::string(256 * 1024, '\x01');
    const std::string body = sent.dump();
    REQUIRE(body.size() > 1536 * 1024);
    CHECK(parse_sns_message(body).value().message == sent["Message"].get<std::string>());
}

TEST_CASE("Invalid UTF-8 and NUL are refused") {
    const std::string text = complete(notification()).dump();
    const auto with = [&](const std::string& member) { return "{" + member + "," + text.substr(1); };
    CHECK(message_refusal(with("\"x\":\"\xff\"")) == "not JSON in UTF-8");
    CHECK(message_refusal(with("\"x\":\"\xc0\x80\"")) == "not JSON in UTF-8");
    CHECK(message_refusal(with(R"("x":"\ud800")")) == "not JSON in UTF-8");
    CHECK(message_refusal(with(R"("x":"\udc00")")) == "not JSON in UTF-8");
    CHECK(message_refusal(with(R"("x":"\uD83D\uDE00")")).empty());
    CHECK(message_refusal(with(R"("x":"a\u0000b")")) == "a NUL in a string");
    CHECK(message_refusal(with(R"("x\u0000":"a")")) == "a NUL in a string");
    CHECK(message_refusal(with("\"x\":\"a" + std::string(1, '\0') + "\"")) == "not JSON in UTF-8");
}

TEST_CASE("More keys than any message has are refused") {
    json sent = complete(notification());
    for (int i = 0; i < 100; ++i)
        sent["x" + std::to_string(i)] = i;
    CHECK(message_refusal(sent) == "more than 64 keys");
}

TEST_CASE("Refusals repeat nothing of the message") {
    json sent = complete(notification());
    sent["Subject"] = "Maria Lopez\n";
    const Result<SnsMessage> message = parse_sns_message(sent.dump());
    REQUIRE_FALSE(message.has_value());
    CHECK(message.error().message().find("Maria") == std::string::npos);
}
