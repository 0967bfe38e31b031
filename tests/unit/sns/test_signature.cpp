#include "sns/certificate.hpp"
#include "support/sns/test_signer.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using nlohmann::json;

namespace {

struct Verifier {
    TestSigner signer;
    SigningCertificate certificate = SigningCertificate::parse(signer.certificate_pem()).value();

    std::string refusal_of(const std::string& body) const {
        const Result<> verified = verify_signature(parse_sns_message(body).value(), certificate);
        return verified ? std::string() : verified.error().subject;
    }
};

constexpr const char* kNotOver = "does not match the message";

}  // namespace

TEST_CASE("Messages of each type and version verify") {
    const Verifier verifier;
    const std::string version = GENERATE("1", "2");
    for (json message : {notification(), subscription_confirmation(), unsubscribe_confirmation()}) {
        message["SignatureVersion"] = version;
        CHECK(verifier.refusal_of(verifier.signer.sign(message)).empty());
    }
}

TEST_CASE("UTF-8, escapes and an empty or null Subject verify") {
    const Verifier verifier;
    json message = notification();
    message["Message"] = "caf\u00e9 \u65e5\u672c \U0001F600 \"quoted\" \\ / \n\t";
    CHECK(verifier.refusal_of(verifier.signer.sign(message)).empty());
    message["Subject"] = "\u00dcbersicht";
    CHECK(verifier.refusal_of(verifier.signer.sign(message)).empty());
    // The same text as written by another JSON library.
    const std::string escaped = json::parse(verifier.signer.sign(message)).dump(1, ' ', true);
    CHECK(verifier.refusal_of(escaped).empty());
    message["Subject"] = "";
    CHECK(verifier.refusal_of(verifier.signer.sign(message)).empty());
    message["Subject"] = nullptr;
    CHECK(verifier.refusal_of(verifier.signer.sign(message)).empty());
}

TEST_CASE("A changed field does not verify") {
    const Verifier verifier;
    const auto [key, value] =
        GENERATE(table<std::string, std::string>({{"Message", "{}"},
                                                  {"MessageId", "00000000-545e-5848-82a2-e05566af3dcf"},
                                                  {"Timestamp", "2024-03-13T19:08:57.904Z"},
                                                  {"TopicArn", "arn:aws:sns:us-west-2:123456789012:other"},
                                                  {"Subject", "new"},
                                                  {"SignatureVersion", "2"}}));
    json message = json::parse(verifier.signer.sign(notification()));
    message[key] = value;
    CHECK(verifier.refusal_of(message.dump()) == kNotOver);
}

TEST_CASE("A confirmation of another type, token or address does not verify") {
    const Verifier verifier;
    const auto [key, value] =
        GENERATE(table<std::string, std::string>({{"Type", "SubscriptionConfirmation"},
                                                  {"Token", "other"},
                                                  {"SubscribeURL", "https://evil.example/"}}));
    json message = json::parse(verifier.signer.sign(unsubscribe_confirmation()));
    message[key] = value;
    CHECK(verifier.refusal_of(message.dump()) == kNotOver);
}

TEST_CASE("An unsigned field may change") {
    const Verifier verifier;
    json message = json::parse(verifier.signer.sign(notification()));
    message["UnsubscribeURL"] = "https://evil.example/";
    message["MessageAttributes"] = json::array({1, 2});
    CHECK(verifier.refusal_of(message.dump()).empty());
}

TEST_CASE("A wrong signature of the right length does not verify") {
    const Verifier verifier;
    json message = notification();
    message["Signature"] = verifier.signer.signature_over("something else", false);
    CHECK(verifier.refusal_of(message.dump()) == kNotOver);
}

TEST_CASE("A signature of another key does not verify") {
    const Verifier verifier;
    CHECK(verifier.refusal_of(TestSigner().sign(notification())) == kNotOver);
}

TEST_CASE("A short signature is refused before it is verified") {
    const Verifier verifier;
    json message = notification();
    message["Signature"] = "AAAA";
    CHECK(verifier.refusal_of(message.dump()) == "wrong length for the certificate's key");
}

TEST_CASE("A signed text cannot be split into another message") {
    const Verifier verifier;
    // Signed: a message whose text ends as if a MessageId and a Subject followed.
    json message = notification();
    message["Message"] = "text\nMessageId\n00000000-545e-5848-82a2-e05566af3dcf\nSubject\nnew";
    const json body = json::parse(verifier.signer.sign(message));
    // Presented: the beginning of that text as the message, the rest as the Subject of another id.
    json forged = body;
    forged["Message"] = "text";
    forged["MessageId"] = "00000000-545e-5848-82a2-e05566af3dcf";
    forged["Subject"] = "new\nMessageId\n26858270-545e-5848-82a2-e05566af3dcf";
    CHECK(parse_sns_message(forged.dump()).error().subject == "Subject contains control characters");
    forged.erase("Subject");
    forged["MessageId"] = "00000000-545e-5848-82a2-e05566af3dcf\nSubject\nnew\nMessageId\n" +
                          body["MessageId"].get<std::string>();
    CHECK(parse_sns_message(forged.dump()).error().subject == "MessageId is not a UUID");
}
