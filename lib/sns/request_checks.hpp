// What can be said of a request before its message is verified. Pure; safe on any thread.
#pragma once

#include "net/server/message.hpp"
#include "sns/basic_credentials.hpp"
#include "sns/message.hpp"
#include "sns/refusal.hpp"

#include <optional>
#include <string>

namespace carecloud {

// Path, method, credentials (null: none are asked for), raw delivery, type of message, in that order: what the head
// alone decides.
std::optional<SnsRefusal> check_request(const ServerRequest& request, const std::string& path,
                                        const BasicCredentials* credentials);

// The headers x-amz-sns-message-type, -message-id and -topic-arn are not signed: they are never used, but where one
// of them contradicts the body, somebody in between took the message for another one.
std::optional<SnsRefusal> check_headers(const ServerRequest& request, const SnsMessage& message);

}  // namespace carecloud
