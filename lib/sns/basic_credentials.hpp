// The user and password that SNS is to send (RFC 7617), known by their hash alone and compared in constant time.
//
//     BasicCredentials credentials("sns:a long password");
//     credentials.match(request.header("Authorization"))
//
// Immutable; safe on any thread.
#pragma once

#include "model/record.hpp"

#include <string_view>

namespace carecloud {

class BasicCredentials {
  public:
    explicit BasicCredentials(std::string_view user_and_password);

    // `authorization`: the header's value, "Basic …".
    bool match(std::string_view authorization) const;

  private:
    Hash hash_;
};

}  // namespace carecloud
