#include "portal/publisher_faults.hpp"

#include "portal/mongo_filter.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carecloud {
namespace {

constexpr std::array kPublisherFaults = {
    FaultName{"bad-base64", "a signature that is not base64"},
    FaultName{"bad-timestamp", "signed, with an invalid Timestamp"},
    FaultName{"bad-utf8", "a body with a byte that is not UTF-8"},
    FaultName{"bad-version", "SignatureVersion 3"},
    FaultName{"cert-400", "the certificate's URL answers 400"},
    FaultName{"cert-404", "it answers 404"},
    FaultName{"cert-500", "it answers 500"},
    FaultName{"cert-empty", "it answers an empty body"},
    FaultName{"cert-expired", "the certificate is expired"},
    FaultName{"cert-garbage", "it is not a certificate"},
    FaultName{"cert-not-yet-valid", "it is not yet valid"},
    FaultName{"cert-other-authority", "it is signed by an unknown authority"},
    FaultName{"cert-other-name", "it is for another name"},
    FaultName{"cert-silent", "its URL never answers"},
    FaultName{"cert-two-blocks", "it is two PEM blocks"},
    FaultName{"cert-xml", "it is wrapped in XML"},
    FaultName{"control-subject", "signed, with a control character in the Subject"},
    FaultName{"cut-body", "half the JSON, correct Content-Length"},
    FaultName{"deep-json", "a body of arrays 10,000 deep"},
    FaultName{"duplicate-key", "two Message members, the wrong one last"},
    FaultName{"foreign-host", "the certificate is on a host outside AWS"},
    FaultName{"forged-signature", "the signature of another text"},
    FaultName{"header-topic", "the header names another topic than the body"},
    FaultName{"header-type", "the header names another type than the body"},
    FaultName{"http-url", "the certificate's URL is http"},
    FaultName{"huge", "a body of more than 2 MiB"},
    FaultName{"lambda-casing", "Lambda's spelling: SigningCertUrl, UnsubscribeUrl"},
    FaultName{"late", "delivered a while later (--sns-late)"},
    FaultName{"lost", "never delivered"},
    FaultName{"made-up-host", "the certificate is on a made-up host under amazonaws.com"},
    FaultName{"no-message-id", "a body without MessageId"},
    FaultName{"no-signature", "a body without Signature"},
    FaultName{"not-an-event", "signed, the Message is not JSON"},
    FaultName{"not-an-object", "the body is an array"},
    FaultName{"null-subject", "the Subject is null"},
    FaultName{"number-message", "the Message is a number, not a string"},
    FaultName{"other-event", "signed, with an unknown event_type"},
    FaultName{"other-path", "the certificate's URL is not a .pem of SNS"},
    FaultName{"other-topic", "signed, of another topic"},
    FaultName{"other-type", "signed, of an unknown type"},
    FaultName{"other-workspace", "signed, of another workspace"},
    FaultName{"out-of-order", "delivered after the message that follows"},
    FaultName{"raw", "raw delivery: the Message alone, unsigned"},
    FaultName{"short-signature", "half the signature"},
    FaultName{"subject", "signed, with a Subject"},
    FaultName{"twice", "delivered twice, at once, with one MessageId"},
    FaultName{"unknown-record", "signed, for a record that the portal does not have"},
    FaultName{"url-port", "the certificate's URL has a port of another server"},
    FaultName{"url-user", "the certificate's URL has user information"},
};

constexpr std::size_t kHugeMessageBytes = (std::size_t{2} << 20) + 1;
constexpr std::size_t kDeepLevels = 10'000;

const std::string& text_of(const PublishedFields& fields, std::string_view name) {
    static const std::string none;
    const std::string* found = field_of(fields, name);
    return found == nullptr ? none : *found;
}

// Replaces a member of the event in Message.
void change_event(PublishedFields& fields, const char* name, const std::string& value) {
    Json event = Json::parse(text_of(fields, "Message"), nullptr, /*allow_exceptions=*/false);
    if (!event.is_object()) return;
    event[name] = value;
    set_field(fields, "Message", event.dump());
}

void add_subject(PublishedFields& fields, const char* subject) {
    for (auto field = fields.begin(); field != fields.end(); ++field) {
        if (field->first != "Message") continue;
        fields.emplace(field, "Subject", subject);
        return;
    }
}

// The certificate's URL of each such fault. `path` begins with '/'.
std::string wrong_certificate_url(std::string_view fault, const std::string& base_url,
                                  const std::string& path) {
    const std::string host = base_url.substr(base_url.find("://") + 3);
    if (fault.starts_with("cert-")) return base_url + PublisherIdentity::certificate_path(fault);
    if (fault == "foreign-host") return "https://sns.us-west-2.amazonaws.com.example.org" + path;
    if (fault == "http-url") return "http://" + host + path;
    if (fault == "made-up-host") return "https://made-up.amazonaws.com" + path;
    if (fault == "other-path") return base_url + "/certificate.pem";
    if (fault == "url-port") return "https://sns.us-west-2.amazonaws.com:8443" + path;
    if (fault == "url-user") return "https://sns.us-west-2.amazonaws.com@" + host + path;
    return {};
}

void erase_field(PublishedFields& fields, std::string_view name) {
    std::erase_if(fields, [&](const auto& field) { return field.first == name; });
}

void set_header(HttpPost& post, std::string_view name, const std::string& value) {
    for (auto& [known, text] : post.headers) {
        if (known == name) text = value;
    }
}

// Replaces the first occurrence of `from`.
void replace_text(std::string& text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    if (at != std::string::npos) text.replace(at, from.size(), to);
}

}  // namespace

std::span<const FaultName> publisher_fault_names() {
    return kPublisherFaults;
}

void spoil_message(std::string_view fault, PublishedFields& fields) {
    if (fault == "bad-timestamp") set_field(fields, "Timestamp", "yesterday");
    if (fault == "not-an-event") set_field(fields, "Message", "hello");
    if (fault == "other-event") change_event(fields, "event_type", "immunization");
    if (fault == "other-topic") set_field(fields, "TopicArn", text_of(fields, "TopicArn") + "-other");
    if (fault == "other-type") set_field(fields, "Type", "Greeting");
    if (fault == "other-workspace") change_event(fields, "workspace_id", "ffffffffffffffffffffffff");
    if (fault == "unknown-record") change_event(fields, "id", "ffffffffffffffffffffffff");
    if (fault == "subject") add_subject(fields, "CareCloud");
    if (fault == "control-subject") add_subject(fields, "Care\tCloud");
}

void spoil_signed(std::string_view fault, PublishedFields& fields, const std::string& base_url) {
    const std::string& url = text_of(fields, "SigningCertURL");
    const std::string path = url.substr(std::min(url.size(), url.rfind('/')));
    std::string wrong = wrong_certificate_url(fault, base_url, path);
    if (!wrong.empty()) set_field(fields, "SigningCertURL", std::move(wrong));
    const std::string signature = text_of(fields, "Signature");
    if (fault == "bad-base64") set_field(fields, "Signature", "*" + signature.substr(1));
    if (fault == "short-signature")
        set_field(fields, "Signature", signature.substr(0, signature.size() / 8 * 4));
    if (fault == "bad-version") set_field(fields, "SignatureVersion", "3");
    if (fault == "forged-signature") {
        // The signature is well-formed and by the correct key, but over the unchanged message.
        set_field(fields, "Message", text_of(fields, "Message") + " ");
    }
    if (fault == "no-message-id") erase_field(fields, "MessageId");
    if (fault == "no-signature") erase_field(fields, "Signature");
}

void spoil_post(std::string_view fault, HttpPost& post) {
    std::string& body = post.body;
    if (fault == "bad-utf8") replace_text(body, "\"Message\" : \"", "\"Message\" : \"\xff");
    if (fault == "cut-body") body.resize(body.size() / 2);
    if (fault == "deep-json") body = std::string(kDeepLevels, '[') + std::string(kDeepLevels, ']');
    if (fault == "duplicate-key") body.insert(body.size() - 2, ",\n  \"Message\" : \"another one\"");
    if (fault == "huge") body.insert(1, kHugeMessageBytes, ' ');
    if (fault == "lambda-casing") {
        replace_text(body, "\"SigningCertURL\"", "\"SigningCertUrl\"");
        replace_text(body, "\"UnsubscribeURL\"", "\"UnsubscribeUrl\"");
    }
    if (fault == "not-an-object") body = "[" + body + "]";
    if (fault == "null-subject") body.insert(body.size() - 2, ",\n  \"Subject\" : null");
    if (fault == "number-message") {
        replace_text(body, "\"Message\" : ", "\"Message\" : 42,\n  \"Text\" : ");
    }
    if (fault == "header-topic") set_header(post, "x-amz-sns-topic-arn", "arn:aws:sns:us-west-2:1:other");
    if (fault == "header-type") set_header(post, "x-amz-sns-message-type", "SubscriptionConfirmation");
}

}  // namespace carecloud
