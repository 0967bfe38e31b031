// Messages in SNS's format and with its signatures, compared with AWS's own and verified with OpenSSL.
#include "portal/outgoing_message.hpp"
#include "portal/publisher_message.hpp"
#include "publisher_world.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

using namespace carecloud;

namespace {

namespace fs = std::filesystem;

// Signed by AWS itself; not in a user's clone.
fs::path vectors() {
    const char* source = std::getenv("CARECLOUD_SOURCE_DIR");
    return fs::path(source == nullptr ? "." : source) / ".." / "shared" / "sns-vectors";
}

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

PublishedFields fields_of(const std::string& json) {
    PublishedFields fields;
    const auto parsed = nlohmann::ordered_json::parse(json);
    for (const auto& [name, value] : parsed.items())
        fields.emplace_back(name, value.get<std::string>());
    return fields;
}

std::vector<std::string> names_of(const std::string& json) {
    std::vector<std::string> names;
    const auto parsed = nlohmann::ordered_json::parse(json);
    for (const auto& [name, value] : parsed.items())
        names.push_back(name);
    return names;
}

MessageSeal seal_of(int version) {
    return {test_identity(), "https://127.0.0.1:40443", version};
}

constexpr const char* kTopic = "arn:aws:sns:us-west-2:123456789012:carecloud";
const Timestamp kNow = *Timestamp::parse("2024-03-13T19:08:57.1633050Z");

}  // namespace

TEST_CASE("AWS's own messages: the same signed text, and the same bytes") {
    if (!fs::exists(vectors())) {
        WARN("skipped: no messages signed by AWS in " << vectors());
        return;
    }
    const std::string certificate =
        text_of(vectors() / "SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem");
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(vectors())) {
        if (entry.path().extension() != ".json") continue;
        CAPTURE(entry.path().filename());
        std::string text = text_of(entry.path());
        while (text.ends_with('\n'))
            text.pop_back();
        const PublishedFields fields = fields_of(text);
        const auto message = nlohmann::json::parse(text);
        CHECK(signed_text_of(fields) == string_to_sign_of(message));
        CHECK(signature_good(message, certificate));
        CHECK(body_of(fields) == text);
        // A confirmation equals that of AWS word for word.
        if (message.at("Type") != "Notification") {
            const std::string message_text = message.at("Message");
            std::smatch arn;
            REQUIRE(std::regex_search(message_text, arn, std::regex("arn:[^ \\n]*[^ .\\n]")));
            const bool subscribing = message.at("Type") == "SubscriptionConfirmation";
            const auto made = confirmation_fields(message.at("TopicArn"), message.at("Token"),
                                                  subscribing ? std::string() : arn.str(),
                                                  "https://sns.us-west-2.amazonaws.com", kNow);
            CHECK(*field_of(made, "Message") == message_text);
            CHECK(*field_of(made, "SubscribeURL") == message.at("SubscribeURL").get<std::string>());
        }
        ++count;
    }
    CHECK(count == 5);
}

TEST_CASE("every type and both versions verify with the served certificate") {
    const auto identity = test_identity();
    const int version = GENERATE(1, 2);
    const auto check = [&](PublishedFields fields) {
        OutgoingMessage message(seal_of(version), std::move(fields), {});
        const auto json = nlohmann::json::parse(message.post_for(std::string(kTopic) + ":s", false).body);
        CHECK(json.at("SignatureVersion") == std::to_string(version));
        const std::string url = json.at("SigningCertURL");
        const CertificateAnswer* served = identity->certificate_at(url.substr(url.rfind('/')));
        REQUIRE(served != nullptr);
        CHECK(signature_good(json, served->body));
        auto changed = json;
        changed["TopicArn"] = std::string(kTopic) + "x";
        CHECK_FALSE(signature_good(changed, served->body));
    };
    check(notification_fields(kTopic, new_message_id(), test_event(0).to_json(), {}, kNow));
    check(notification_fields(kTopic, new_message_id(), "Grüße \"\\\n\t€", "a subject", kNow));
    check(confirmation_fields(kTopic, new_token(), "", "https://127.0.0.1:40443", kNow));
    check(confirmation_fields(kTopic, new_token(), std::string(kTopic) + ":s", "https://127.0.0.1:1", kNow));
}

TEST_CASE("members are in SNS's order, with the headers") {
    OutgoingMessage message(
        seal_of(1), notification_fields(kTopic, new_message_id(), test_event(1).to_json(), "s", kNow), {});
    const HttpPost post = message.post_for(std::string(kTopic) + ":sub", false);
    CHECK(names_of(post.body) == std::vector<std::string>{"Type", "MessageId", "TopicArn", "Subject",
                                                          "Message", "Timestamp", "SignatureVersion",
                                                          "Signature", "SigningCertURL", "UnsubscribeURL"});
    const auto json = nlohmann::json::parse(post.body);
    CHECK(json.at("Timestamp") == "2024-03-13T19:08:57.163Z");
    CHECK(json.at("UnsubscribeURL") ==
          "https://127.0.0.1:40443/?Action=Unsubscribe&SubscriptionArn=" + std::string(kTopic) + ":sub");
    CHECK(json.at("Message") ==
          R"({"id":"65f35b06e30c8a2e45781001","datasource_code":"cc-claim-attendance",)"
          R"("workspace_id":"636eeb5d8029cf0df6932c16","bucket_id":"636eeb5d8029cf0df6932c16",)"
          R"("event_type":"attendance","event_time":"2024-03-13T19:08:57.1633050Z"})");
    CHECK(post.headers ==
          std::vector<HttpHeader>{{"x-amz-sns-message-type", "Notification"},
                                  {"x-amz-sns-message-id", message.message_id()},
                                  {"x-amz-sns-topic-arn", kTopic},
                                  {"x-amz-sns-subscription-arn", std::string(kTopic) + ":sub"},
                                  {"Content-Type", "text/plain; charset=UTF-8"},
                                  {"User-Agent", "Amazon Simple Notification Service Agent"}});

    OutgoingMessage confirmation(seal_of(1), confirmation_fields(kTopic, "t", "", "https://h", kNow), {});
    const HttpPost asked = confirmation.post_for("", false);
    CHECK(names_of(asked.body) ==
          std::vector<std::string>{"Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL",
                                   "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"});
    CHECK(asked.headers.size() == 5);

    const HttpPost raw = message.post_for(std::string(kTopic) + ":sub", true);
    CHECK(raw.body == test_event(1).to_json());
    CHECK(raw.headers.at(4) == HttpHeader{"x-amz-sns-rawdelivery", "true"});
}

TEST_CASE("ids are UUIDs, tokens have SNS's format, and both are unique") {
    const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    CHECK(std::regex_match(new_message_id(), uuid));
    CHECK(new_message_id() != new_message_id());
    CHECK(std::regex_match(new_token(), std::regex("[0-9a-f]{256}")));
    CHECK(new_token() != new_token());
}

TEST_CASE("the certificate: of the authority, for SNS and the host, at a path like SNS's") {
    const auto identity = test_identity();
    const std::regex path("/SimpleNotificationService-[A-Za-z0-9]{32}\\.pem");
    CHECK(std::regex_match(identity->certificate_path(), path));
    const std::string& pem = identity->certificate_pem();
    CHECK(certificate_good(pem, identity->authority_pem(), "sns.amazonaws.com"));
    CHECK(certificate_good(pem, identity->authority_pem(), "localhost"));
    CHECK_FALSE(certificate_good(pem, identity->authority_pem(), "example.org"));
    CHECK(certificate_good(identity->tls_certificate_pem(), identity->authority_pem(), "localhost"));
    CHECK(pem.find("BEGIN CERTIFICATE", pem.find("BEGIN CERTIFICATE") + 1) == std::string::npos);
    CHECK(EVP_PKEY_get_bits(X509_get0_pubkey(certificate_in(pem).get())) == 2048);
    CHECK(EVP_PKEY_get_base_id(X509_get0_pubkey(certificate_in(pem).get())) == EVP_PKEY_RSA);

    // The signature alone would be accepted; the certificate must not be.
    for (const char* fault :
         {"cert-expired", "cert-not-yet-valid", "cert-other-name", "cert-other-authority"}) {
        CAPTURE(fault);
        CHECK(std::regex_match(PublisherIdentity::certificate_path(fault), path));
        const CertificateAnswer* wrong = identity->certificate_at(PublisherIdentity::certificate_path(fault));
        REQUIRE(wrong != nullptr);
        const Openssl<X509> certificate = certificate_in(wrong->body);
        REQUIRE(certificate != nullptr);
        CHECK(EVP_PKEY_eq(X509_get0_pubkey(certificate.get()), X509_get0_pubkey(certificate_in(pem).get())) ==
              1);
        CHECK_FALSE(certificate_good(wrong->body, identity->authority_pem(), "sns.amazonaws.com"));
    }
    CHECK(identity->certificate_at("/SimpleNotificationService-0.pem") == nullptr);
    CHECK(PublisherIdentity::make({"not a host, at all"}).error().code == ErrorCode::tls_failed);
}
