// What can be said of a request before its message is verified. Pure; safe on any thread.
#pragma once

#include "model/record.hpp"
#include "net/server/message.hpp"
#include "sns/message.hpp"
#include "sns/outcome.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// The user and password that SNS is to send (RFC 7617), known by their hash alone and compared in constant time.
//
//     BasicCredentials credentials("sns:a long password");
//     credentials.match(request.header("Authorization"))
//
// Immutable; safe on any thread.
class BasicCredentials {
  public:
    explicit BasicCredentials(std::string_view user_and_password);

    // `authorization`: the header's value, "Basic …".
    bool match(std::string_view authorization) const;

  private:
    Hash hash_;
};

// Path, method, credentials (null: none are asked for), raw delivery, type of message, in that order: what the head
// alone decides.
std::optional<SnsRefusal> check_request(const ServerRequest& request, const std::string& path,
                                        const BasicCredentials* credentials);

// The headers x-amz-sns-message-type, -message-id and -topic-arn are not signed: they are never used, but where one
// of them contradicts the body, somebody in between took the message for another one.
std::optional<SnsRefusal> check_headers(const ServerRequest& request, const SnsMessage& message);

}  // namespace carecloud
