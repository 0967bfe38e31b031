#include "sns/outcome.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carecloud {
namespace {

struct Row {
    RefusalReason reason;
    std::string_view name;
    int status;
};

constexpr std::array<Row, 16> kRows{{
    {RefusalReason::other_path, "other_path", 404},
    {RefusalReason::other_method, "other_method", 405},
    {RefusalReason::credentials, "credentials", 401},
    {RefusalReason::raw_delivery, "raw_delivery", 400},
    {RefusalReason::malformed, "malformed", 400},
    {RefusalReason::header_mismatch, "header_mismatch", 400},
    {RefusalReason::other_topic, "other_topic", 403},
    {RefusalReason::signing_url, "signing_url", 403},
    {RefusalReason::signature, "signature", 403},
    {RefusalReason::other_host, "other_host", 403},
    {RefusalReason::certificate, "certificate", 503},
    {RefusalReason::certificate_budget, "certificate_budget", 503},
    {RefusalReason::confirmation, "confirmation", 503},
    {RefusalReason::store, "store", 503},
    {RefusalReason::overloaded, "overloaded", 503},
    {RefusalReason::canceled, "canceled", 503},
}};

const Row& row_of(RefusalReason reason) {
    return *std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.reason == reason; });
}

}  // namespace

std::string_view to_string(RefusalReason reason) {
    return row_of(reason).name;
}

int status_of(RefusalReason reason) {
    return row_of(reason).status;
}

SnsRefusal refuse(RefusalReason reason, std::string text) {
    return {.reason = reason, .text = std::move(text)};
}

ServerResponse to_response(const SnsRefusal& refusal) {
    ServerResponse response{.status = status_of(refusal.reason)};
    response.headers.emplace_back("Content-Type", "text/plain; charset=UTF-8");
    if (refusal.reason == RefusalReason::other_method) response.headers.emplace_back("Allow", "POST");
    if (refusal.reason == RefusalReason::credentials) {
        response.headers.emplace_back("WWW-Authenticate",
                                      R"(Basic realm="carecloud-syncd", charset="UTF-8")");
    }
    response.body = refusal.text + "\n";
    return response;
}

std::string_view to_string(EventOutcome outcome) {
    switch (outcome) {
        case EventOutcome::fresh:
            return "fresh";
        case EventOutcome::duplicate:
            return "duplicate";
        case EventOutcome::not_in_stream:
            return "not_in_stream";
    }
    return "unknown";
}

}  // namespace carecloud
