// The part of the API that reads records, events and the quarantine, page by page.
#include "api/api.hpp"
#include "api/problem.hpp"
#include "api/rows_json.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace carecloud {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kIdMax = 256;  // bytes; the portal's have 24
constexpr ApiQuery::Range kRecordLimits{1, 1000};
constexpr ApiQuery::Range kRowLimits{1, 1000};
constexpr std::uint64_t kUsualLimit = 100;
constexpr std::uint32_t kLastDay = 9999'12'31;
constexpr std::uint64_t kRowsMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= kIdMax &&
           std::all_of(id.begin(), id.end(), [](char c) { return c < 0 || (c >= 0x20 && c != 0x7f); });
}

// Whether the header If-None-Match (RFC 9110 13.1.2) contains the tag; weak ones count, too.
bool names_tag(std::string_view header, std::string_view tag) {
    while (!header.empty()) {
        const std::size_t comma = std::min(header.find(','), header.size());
        std::string_view one = header.substr(0, comma);
        header.remove_prefix(std::min(comma + 1, header.size()));
        one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
        one = one.substr(0, one.find_last_not_of(' ') + 1);
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == tag || one == "*") return true;
    }
    return false;
}

ServerResponse no_such_record() {
    return problem({.status = 404,
                    .code = "no_such_record",
                    .detail = "no such record in this stream",
                    .hint = "POST /v1/sync polls for new records; the stream's filter may exclude this one"});
}

// Every record has an `_id`, so "{}" is the placeholder of an erased body.
bool is_erased(const RecordRow& row) {
    return row.body == "{}";
}

ServerResponse record_erased() {
    return problem({.status = 410,
                    .code = "record_erased",
                    .detail = "its content was erased by an operator, or is not kept (store.keep.deleted)",
                    .hint = "the table `erasures` has when, and on whose request"});
}

ServerResponse no_such_version() {
    return problem({.status = 404,
                    .code = "no_such_version",
                    .detail = "no change of this record in the log has this number",
                    .hint = "GET /v1/records/{entity}/{id}/versions lists its changes"});
}

ServerResponse version_not_kept() {
    return problem(
        {.status = 410,
         .code = "version_not_kept",
         .detail =
             "this version is not kept: it was pruned (store.keep.versions), it was replaced before the "
             "store kept versions, or the next version differs from it only in its spelling",
         .hint = "GET /v1/records/{entity}/{id}/versions shows which versions are kept"});
}

// Responds with the record's bytes, unless the client has them.
ServerResponse record_answer(const ServerRequest& request, const Hash& hash, std::string body) {
    const std::string tag = "\"" + to_hex(hash) + "\"";
    ServerResponse answer{
        .headers = {{"Content-Type", "application/json"}, {"ETag", tag}, {"Cache-Control", "no-cache"}}};
    if (names_tag(request.header("If-None-Match"), tag))
        answer.status = 304;
    else
        answer.body = std::move(body);
    return answer;
}

ServerResponse not_in_quarantine() {
    return problem({.status = 404,
                    .code = "not_in_quarantine",
                    .detail = "no such record in the quarantine of this stream",
                    .hint = "GET /v1/quarantine lists quarantined records"});
}

// model/record.hpp derives such ids for records whose `_id` is missing or invalid.
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
        case ErrorCode::store_lost:
            return problem_of(error);
        default:
            return problem_of_portal(error);
    }
}

}  // namespace

// For the path /v1/records/{entity}/{id} and those below it.
std::optional<ServerResponse> Api::refuse_record(const ApiQuery& query) const {
    if (auto refused = refuse_entity(query.segments()[2])) return refused;
    if (!is_id(query.segments()[3])) return no_such_record();
    return std::nullopt;
}

Task<ServerResponse> Api::record(const ServerRequest& request, ApiQuery& query) {
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (auto refused = refuse_record(query)) co_return std::move(*refused);
    auto reading = parts_.reader.record(query.segments()[2], query.segments()[3]);
    Result<std::optional<RecordRow>> found = co_await std::move(reading);
    if (!found) co_return problem_of(found.error());
    if (!*found) co_return no_such_record();
    RecordRow& row = **found;
    if (is_erased(row)) co_return record_erased();
    if (row.deleted_at) {
        co_return problem({.status = 410,
                           .code = "record_deleted",
                           .detail = "deleted at the portal, detected at " + *row.deleted_at,
                           .hint = "its last version is in the table `records`"});
    }
    co_return record_answer(request, row.hash, std::move(row.body));
}

Task<ServerResponse> Api::versions(const ServerRequest& /*request*/, ApiQuery& query) {
    const auto before = query.number("before", {1, kRowsMax});
    const std::uint64_t limit = query.number("limit", kUsualLimit, kRowLimits);
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (auto refused = refuse_record(query)) co_return std::move(*refused);
    auto reading = parts_.reader.versions(query.segments()[2], query.segments()[3], before, limit);
    const Result<std::optional<VersionPage>> page = co_await std::move(reading);
    if (!page) co_return problem_of(page.error());
    if (!*page) co_return no_such_record();
    co_return json_answer(versions_json(**page));
}

Task<ServerResponse> Api::version(const ServerRequest& request, ApiQuery& query) {
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (auto refused = refuse_record(query)) co_return std::move(*refused);
    const auto seq = path_number(query.segments()[5]);
    if (!seq) co_return no_such_version();
    auto reading = parts_.reader.version(query.segments()[2], query.segments()[3], *seq);
    Result<std::optional<VersionBody>> found = co_await std::move(reading);
    if (!found) co_return problem_of(found.error());
    if (!*found) co_return no_such_version();
    VersionBody& version = **found;
    if (!version.body) co_return version_not_kept();
    co_return record_answer(request, version.hash, std::move(*version.body));
}

Task<ServerResponse> Api::erase(const ServerRequest& request, ApiQuery& query) {
    const auto requested_by = query.require("requested_by");
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (!request.body.empty()) co_return body_not_taken();
    if (auto refused = refuse_record(query)) co_return std::move(*refused);
    auto erasing = parts_.host.erase({query.segments()[2], query.segments()[3], *requested_by});
    const Result<ErasureReport> report = co_await std::move(erasing);
    if (!report) co_return problem_of(report.error());
    if (!report->known) co_return no_such_record();
    co_return json_answer(json_text(Json{{"entity", query.segments()[2]},
                                         {"id", query.segments()[3]},
                                         {"versions", report->versions},
                                         {"events", report->events},
                                         {"quarantined", report->quarantined},
                                         {"log_cleared", report->log_cleared}}));
}

Task<ServerResponse> Api::life(const ServerRequest& /*request*/, ApiQuery& query) {
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (auto refused = refuse_record(query)) co_return std::move(*refused);
    auto reading = parts_.reader.life(query.segments()[2], query.segments()[3]);
    const Result<RecordLife> life = co_await std::move(reading);
    if (!life) co_return problem_of(life.error());
    if (!life->is_known()) co_return no_such_record();
    co_return json_answer(life_json(*life));
}

Task<ServerResponse> Api::records(const ServerRequest& /*request*/, ApiQuery& query) {
    RecordFilter filter{.stream = query.segments()[2],
                        .after = query.text("after").value_or(""),
                        .modified_since = query.instant("modified_since"),
                        .limit = query.number("limit", kUsualLimit, kRecordLimits)};
    const auto start = query.day("start");
    const auto end = query.day("end");
    if (start || end) filter.days = DaySpan{.first = start.value_or(0), .last = end.value_or(kLastDay)};
    if (filter.days && filter.days->last < filter.days->first)
        query.complain("end", "is before start", "start and end are the first and last day of the range");
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (auto refused = refuse_entity(filter.stream)) co_return std::move(*refused);
    auto reading = parts_.reader.records(std::move(filter));
    const Result<RecordPage> page = co_await std::move(reading);
    if (!page) co_return problem_of(page.error());
    co_return json_answer(records_json(*page));
}

Task<ServerResponse> Api::events(const ServerRequest& /*request*/, ApiQuery& query) {
    const auto named = query.text("state");
    const auto state = named ? event_state_from(*named) : std::nullopt;
    if (named && !state)
        query.complain("state", "is not a valid state", "use open, settled, gone or not_in_stream");
    const auto before = query.number("before", {1, kRowsMax});
    const std::uint64_t limit = query.number("limit", kUsualLimit, kRowLimits);
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    auto reading = parts_.reader.events(state, before, limit);
    const Result<EventPage> page = co_await std::move(reading);
    if (!page) co_return problem_of(page.error());
    co_return json_answer(events_json(*page));
}

Task<ServerResponse> Api::quarantine(const ServerRequest& /*request*/, ApiQuery& query) {
    const auto stream = query.text("after_stream");
    const auto id = query.text("after_id");
    const std::uint64_t limit = query.number("limit", kUsualLimit, kRowLimits);
    if (stream.has_value() != id.has_value())
        query.complain("after_stream", "requires after_id and vice versa",
                       "send both, as in the next of a page, or neither");
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    std::optional<QuarantineKey> after;
    if (stream && id) after = QuarantineKey{*stream, *id};
    auto reading = parts_.reader.quarantine(std::move(after), limit);
    const Result<QuarantinePage> page = co_await std::move(reading);
    if (!page) co_return problem_of(page.error());
    co_return json_answer(quarantine_json(*page));
}

// The response reports whether the record is in quarantine now, as read from the store, not as derived from the
// outcome.
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
