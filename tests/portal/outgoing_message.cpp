#include "portal/outgoing_message.hpp"

#include "portal/publisher_faults.hpp"

#include <utility>

namespace carecloud {
namespace {

std::string value_of(const PublishedFields& fields, std::string_view name) {
    const std::string* value = field_of(fields, name);
    return value == nullptr ? std::string() : *value;
}

}  // namespace

OutgoingMessage::OutgoingMessage(MessageSeal seal, PublishedFields fields, std::string fault)
    : seal_(std::move(seal)),
      fault_(std::move(fault)),
      message_id_(value_of(fields, "MessageId")),
      type_(value_of(fields, "Type")),
      fields_(std::move(fields)) {}

void OutgoingMessage::sign() {
    signed_ = true;
    spoil_message(fault_, fields_);
    add_signature(fields_, *seal_.identity, seal_.signature_version,
                  seal_.base_url + seal_.identity->certificate_path());
    header_fields_ = fields_;
    spoil_signed(fault_, fields_, seal_.base_url);
}

HttpPost OutgoingMessage::post_for(const std::string& subscription_arn, bool raw) {
    if (!signed_) sign();
    const bool as_raw = type_ == "Notification" && (raw || fault_ == "raw");
    HttpPost post{.headers = headers_of(header_fields_, subscription_arn, as_raw), .body = {}};
    if (as_raw) {
        post.body = value_of(fields_, "Message");
        return post;
    }
    PublishedFields fields = fields_;
    if (type_ == "Notification") {
        fields.emplace_back("UnsubscribeURL",
                            seal_.base_url + "/?Action=Unsubscribe&SubscriptionArn=" + subscription_arn);
    }
    post.body = body_of(fields);
    spoil_post(fault_, post);
    return post;
}

}  // namespace carecloud
