#include "support/sns/test_signer.hpp"

#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/pem.h>

namespace carecloud {
namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("test signer: ") + what);
}

std::string text_to_sign(const nlohmann::json& message) {
    const bool notification = message.value("Type", std::string()) == "Notification";
    const auto names =
        notification
            ? std::vector<const char*>{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
            : std::vector<const char*>{"Message", "MessageId", "SubscribeURL", "Timestamp",
                                       "Token",   "TopicArn",  "Type"};
    std::string text;
    for (const char* name : names) {
        const auto found = message.find(name);
        if (found == message.end() || !found->is_string()) continue;
        text += std::string(name) + "\n" + found->get<std::string>() + "\n";
    }
    return text;
}

nlohmann::json common(const char* type, const char* id, std::string text) {
    return {{"Type", type},
            {"MessageId", id},
            {"TopicArn", kTestTopic},
            {"Message", std::move(text)},
            {"Timestamp", "2024-03-13T19:08:57.903Z"},
            {"SignatureVersion", "1"},
            {"Signature", ""},
            {"SigningCertURL", kTestCertificateUrl}};
}

nlohmann::json confirmation(const char* type, const char* id) {
    nlohmann::json message =
        common(type, id, "You have chosen to subscribe to the topic.\nTo confirm, visit it.");
    message["Token"] = "2336412f37fb687f5d51e6e2425929f5";
    message["SubscribeURL"] = "https://" + std::string(kTestHost) +
                              "/?Action=ConfirmSubscription&TopicArn=" + std::string(kTestTopic) +
                              "&Token=2336412f37fb687f5d51e6e2425929f5";
    return message;
}

}  // namespace

nlohmann::json notification() {
    const nlohmann::json notice{{"id", "65f35b06e30c8a2e4578d118"},
                                {"datasource_code", "cc-claim-attendance"},
                                {"workspace_id", "636eeb5d8029cf0df6932c16"},
                                {"bucket_id", "636eeb5d8029cf0df6932c17"},
                                {"event_type", "attendance"},
                                {"event_time", "2024-03-13T19:08:57.1633050Z"}};
    nlohmann::json message = common("Notification", "26858270-545e-5848-82a2-e05566af3dcf", notice.dump());
    message["UnsubscribeURL"] = "https://" + std::string(kTestHost) +
                                "/?Action=Unsubscribe&SubscriptionArn=" + std::string(kTestTopic) +
                                ":b24e11a2-06bd-4e73-aa29-0ed2de3b41b5";
    message["MessageAttributes"] = {{"kind", {{"Type", "String"}, {"Value", "attendance"}}}};
    return message;
}

nlohmann::json subscription_confirmation() {
    return confirmation("SubscriptionConfirmation", "f3f2fc87-c426-4c2f-9044-b55890c0939c");
}

nlohmann::json unsubscribe_confirmation() {
    return confirmation("UnsubscribeConfirmation", "0b71e34e-42c3-486a-9e32-b1928ec994b5");
}

TestSubject signing_subject() {
    return {.subject = "sns.amazonaws.com",
            .alternative_names = "DNS:sns.amazonaws.com",
            .key = TestKeyKind::rsa2048};
}

TestSigner::TestSigner(const TestSubject& subject) : authority_("Test CA of SNS") {
    const TestCertificate certificate = authority_.issue(subject);
    certificate_pem_ = certificate.certificate_pem;
    const std::unique_ptr<BIO, int (*)(BIO*)> bio(
        BIO_new_mem_buf(certificate.key_pem.data(), static_cast<int>(certificate.key_pem.size())), BIO_free);
    key_.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    require(key_ != nullptr, "read the key");
}

std::string TestSigner::signature_over(std::string_view text, bool sha256) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const EVP_MD* digest = sha256 ? EVP_sha256() : EVP_sha1();
    require(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1, "begin");
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    require(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1, "size");
    std::string signature(size, '\0');
    auto* out = reinterpret_cast<unsigned char*>(signature.data());
    require(EVP_DigestSign(context.get(), out, &size, bytes, text.size()) == 1, "sign");
    std::string encoded((size + 2) / 3 * 4 + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), out, static_cast<int>(size));
    encoded.resize(static_cast<std::size_t>(length));
    return encoded;
}

std::string TestSigner::sign(nlohmann::json message) const {
    const bool sha256 = message.value("SignatureVersion", std::string()) == "2";
    message["Signature"] = signature_over(text_to_sign(message), sha256);
    return message.dump();
}

}  // namespace carecloud
