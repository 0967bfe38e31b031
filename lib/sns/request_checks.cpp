#include "sns/request_checks.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace carecloud {
namespace {

Hash sha256_of(std::string_view text) {
    Hash hash{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(hash.data()));
    return hash;
}

constexpr std::string_view kTypeHeader = "x-amz-sns-message-type";
constexpr std::array<std::string_view, 3> kTypeNames{"Notification", "SubscriptionConfirmation",
                                                     "UnsubscribeConfirmation"};

// Whether every header of that name has this value; true if there is none.
bool agrees(const ServerRequest& request, std::string_view name, std::string_view value) {
    return std::all_of(request.headers.begin(), request.headers.end(), [&](const HttpHeader& header) {
        return !ascii_iequals(header.first, name) || header.second == value;
    });
}

}  // namespace

BasicCredentials::BasicCredentials(std::string_view user_and_password)
    : hash_(sha256_of(user_and_password)) {}

bool BasicCredentials::match(std::string_view authorization) const {
    constexpr std::string_view scheme = "Basic ";
    if (!ascii_iequals(authorization.substr(0, scheme.size()), scheme)) return false;
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
    const std::optional<std::string> sent = decode_base64(authorization);
    if (!sent) return false;
    const Hash hash = sha256_of(*sent);
    return CRYPTO_memcmp(hash.data(), hash_.data(), hash_.size()) == 0;
}

std::optional<SnsRefusal> check_request(const ServerRequest& request, const std::string& path,
                                        const BasicCredentials* credentials) {
    if (request.path() != path) {
        return refuse(RefusalReason::other_path, "unknown path; the endpoint's path is set by sns.path");
    }
    if (request.method != "POST") {
        return refuse(RefusalReason::other_method, "this is an endpoint for Amazon SNS; use POST");
    }
    if (credentials != nullptr && !credentials->match(request.header("Authorization"))) {
        return refuse(RefusalReason::credentials,
                      "user and password are required: subscribe with https://USER:PASSWORD@HOST/…, as in "
                      "sns.basic_auth_file");
    }
    if (ascii_iequals(request.header("x-amz-sns-rawdelivery"), "true")) {
        return refuse(
            RefusalReason::raw_delivery,
            "raw message delivery has no signature: disable it with aws sns set-subscription-attributes "
            "--attribute-name RawMessageDelivery --attribute-value false --subscription-arn ARN");
    }
    const std::string_view type = request.header(kTypeHeader);
    if (!type.empty() && std::find(kTypeNames.begin(), kTypeNames.end(), type) == kTypeNames.end()) {
        return refuse(RefusalReason::header_mismatch,
                      "header " + std::string(kTypeHeader) + " is not a message type of SNS");
    }
    return std::nullopt;
}

std::optional<SnsRefusal> check_headers(const ServerRequest& request, const SnsMessage& message) {
    const std::array<std::pair<std::string_view, std::string_view>, 3> expected{{
        {kTypeHeader, to_string(message.type)},
        {"x-amz-sns-message-id", message.message_id},
        {"x-amz-sns-topic-arn", message.topic_arn},
    }};
    for (const auto& [name, value] : expected) {
        if (agrees(request, name, value)) continue;
        return refuse(
            RefusalReason::header_mismatch,
            "header " + std::string(name) + " does not match the message; check for a proxy that changes it");
    }
    return std::nullopt;
}

}  // namespace carecloud
