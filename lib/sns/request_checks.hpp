// Checks of a request before its message is verified. Pure; thread-safe.
#pragma once

#include "model/record.hpp"
#include "net/server/message.hpp"
#include "sns/message.hpp"
#include "sns/outcome.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// The user and password that SNS must send (RFC 7617). Only their hash is kept, and it is compared in constant time.
//
//     BasicCredentials credentials("sns:a long password");
//     credentials.match(request.header("Authorization"))
//
// Immutable; thread-safe.
class BasicCredentials {
  public:
    explicit BasicCredentials(std::string_view user_and_password);

    // `authorization`: the header's value, "Basic …".
    bool match(std::string_view authorization) const;

  private:
    Hash hash_;
};

// Checks that need only the head: path, method, credentials (null: not required), raw delivery and message type, in
// that order.
std::optional<SnsRefusal> check_request(const ServerRequest& request, const std::string& path,
                                        const BasicCredentials* credentials);

// The headers x-amz-sns-message-type, -message-id and -topic-arn are not signed and never used. But if one of them
// contradicts the body, an intermediary confused the message with another one.
std::optional<SnsRefusal> check_headers(const ServerRequest& request, const SnsMessage& message);

}  // namespace carecloud
