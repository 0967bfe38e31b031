// A message to be sent: signed once for all subscribers, and converted to the bytes for each.
//
//     OutgoingMessage message({.identity = identity, .base_url = url}, fields, "");
//     HttpPost post = message.post_for(subscription_arn, false);
//
// Not thread-safe.
#pragma once

#include "portal/publisher_identity.hpp"
#include "portal/publisher_message.hpp"
#include "portal/publisher_wire.hpp"

#include <memory>
#include <string>

namespace carecloud {

// The data needed to sign a message.
struct MessageSeal {
    std::shared_ptr<const PublisherIdentity> identity{};
    std::string base_url{};  // of the publisher's HTTPS port, without a trailing slash
    int signature_version = 1;
};

class OutgoingMessage {
  public:
    // `fields` are not signed yet. `fault`: empty, or one of publisher_fault_names().
    OutgoingMessage(MessageSeal seal, PublishedFields fields, std::string fault);

    const std::string& message_id() const { return message_id_; }
    const std::string& type() const { return type_; }
    const std::string& fault() const { return fault_; }

    // Signs at the first call. `subscription_arn` is empty for a SubscriptionConfirmation. Only notifications can be
    // raw.
    HttpPost post_for(const std::string& subscription_arn, bool raw);

  private:
    void sign();

    MessageSeal seal_;
    std::string fault_;
    std::string message_id_;
    std::string type_;
    PublishedFields fields_;         // as sent in the body
    PublishedFields header_fields_;  // as sent in the headers
    bool signed_ = false;
};

}  // namespace carecloud
