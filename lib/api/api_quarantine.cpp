// What of the API asks for a record of the quarantine again.
#include "api/api.hpp"
#include "api/problem.hpp"
#include "json/json_text.hpp"

#include <utility>

namespace carecloud {
namespace {

using Json = nlohmann::ordered_json;

ServerResponse not_in_quarantine() {
    return problem({.status = 404,
                    .code = "not_in_quarantine",
                    .detail = "no such record in the quarantine of this stream",
                    .hint = "GET /v1/quarantine lists quarantined records"});
}

// As model/record.hpp has it of one whose `_id` is missing or no id.
bool has_id(std::string_view id) {
    return !id.starts_with("sha256:");
}

ServerResponse without_id() {
    return problem({.status = 409,
                    .code = "record_without_id",
                    .detail = "the record has no _id and cannot be fetched",
                    .hint = "its body is in the table `quarantine`; ask the portal's operator to fix it"});
}

ServerResponse retry_failed(const Error& error) {
    switch (error.code) {
        case ErrorCode::canceled:
            return not_running();
        case ErrorCode::invalid_argument:
        case ErrorCode::store_busy:
        case ErrorCode::store_full:
        case ErrorCode::store_failed:
        case ErrorCode::store_corrupt:
            return problem_of(error);
        default:
            return problem_of_portal(error);
    }
}

}  // namespace

// Whether it is in quarantine afterwards is read, not concluded.
Task<ServerResponse> Api::retry_response(QuarantineKey key, RetryReport report) {
    auto reading = parts_.reader.quarantined(key);
    const Result<std::optional<QuarantineRow>> row = co_await std::move(reading);
    if (!row) co_return problem_of(row.error());
    Json json{{"entity", key.stream},
              {"id", key.id},
              {"outcome", to_string(report.outcome)},
              {"reason", nullptr},
              {"in_quarantine", row->has_value()}};
    if (!report.reason.empty()) json["reason"] = report.reason;
    co_return json_answer(json_text(json));
}

Task<ServerResponse> Api::retry_quarantined(const ServerRequest& request, ApiQuery& query) {
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (!request.body.empty()) co_return body_not_taken();
    const QuarantineKey key{.stream = query.segments()[2], .id = query.segments()[3]};
    if (auto refused = refuse_entity(key.stream)) co_return std::move(*refused);
    auto reading = parts_.reader.quarantined(key);
    const Result<std::optional<QuarantineRow>> row = co_await std::move(reading);
    if (!row) co_return problem_of(row.error());
    if (!*row) co_return not_in_quarantine();
    if (!has_id(key.id)) co_return without_id();
    RetryRequest retry{.stream = key.stream,
                       .key = {.id = key.id,
                               .modified_text = (*row)->modified,
                               .modified = Timestamp::parse((*row)->modified).value_or(Timestamp{})},
                       .has_body = (*row)->body_bytes > 0};
    auto retrying = parts_.host.retry_quarantined(std::move(retry));
    const Result<RetryReport> came = co_await std::move(retrying);
    if (!came) co_return retry_failed(came.error());
    auto responding = retry_response(key, *came);
    co_return co_await std::move(responding);
}

}  // namespace carecloud
