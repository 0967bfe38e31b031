// The part of the API that accepts requests for bounded passes, and reports their progress.
#include "api/api.hpp"
#include "api/problem.hpp"
#include "json/json_text.hpp"
#include "portal/query.hpp"
#include "store/store.hpp"

#include <utility>

namespace carecloud {
namespace {

using Json = nlohmann::ordered_json;

constexpr ApiQuery::Range kPassLimits{1, Store::kPassesKept};
constexpr std::uint64_t kUsualPasses = 100;

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

// "20240301" as "2024-03-01".
Json day_or_null(const std::string& day) {
    if (day.size() != 8) return nullptr;
    return day.substr(0, 4) + "-" + day.substr(4, 2) + "-" + day.substr(6);
}

Json bounded_pass_json(const Job& pass) {
    Json json{{"id", pass.id},
              {"kind", to_string(pass.kind)},
              {"entity", pass.stream},
              {"state", to_string(pass.status)},
              {"scheduled", pass.scheduled},
              {"reason", text_or_null(pass.reason)},
              {"deep", pass.deep},
              {"whole", pass.whole},
              {"confirm_deletes", pass.confirm_deletes},
              {"from", day_or_null(pass.first_day)},
              {"to", day_or_null(pass.last_day)},
              {"steps_done", pass.steps_done},
              {"steps", pass.steps},
              {"records", pass.records},
              {"expected", nullptr},
              {"found_missing", pass.missing},
              {"found_changed", pass.changed},
              {"found_gone", pass.gone},
              {"holes", pass.holes},
              {"awaiting", pass.awaiting},
              {"deleted", pass.deleted},
              {"unexplained", pass.unexplained},
              {"changes", pass.missing + pass.changed + pass.deleted},
              {"requests", pass.requests},
              {"requested_at", pass.requested_at},
              {"started_at", text_or_null(pass.started_at)},
              {"updated_at", pass.updated_at},
              {"error", text_or_null(pass.error)},
              {"hint", text_or_null(pass.hint)}};
    if (pass.expected) json["expected"] = *pass.expected;
    return json;
}

ServerResponse accepted(const Job& pass) {
    ServerResponse answer = json_answer(json_text(bounded_pass_json(pass)), 202);
    answer.headers.emplace_back("Location", "/v1/passes/" + std::to_string(pass.id));
    return answer;
}

ServerResponse no_such_pass() {
    return problem({.status = 404,
                    .code = "no_such_pass",
                    .detail = "no such pass",
                    .hint = "GET /v1/passes lists the newest " + std::to_string(Store::kPassesKept)});
}

std::optional<ServerResponse> refuse_unknown(const Result<std::optional<Job>>& found) {
    if (!found) return problem_of(found.error());
    if (!*found) return no_such_pass();
    return std::nullopt;
}

std::string day_text(const std::optional<std::uint32_t>& day) {
    return day ? std::to_string(*day) : std::string();
}

bool is_same_request(const Job& a, const Job& b) {
    return a.kind == b.kind && a.stream == b.stream && a.deep == b.deep && a.whole == b.whole &&
           a.confirm_deletes == b.confirm_deletes && a.reason == b.reason && a.first_day == b.first_day &&
           a.last_day == b.last_day;
}

}  // namespace

// Responds with the new pass, or with an open one that has the same parameters: a request can safely be repeated.
Task<ServerResponse> Api::request_pass(const ServerRequest& request, Job pass) {
    if (!request.body.empty()) co_return body_not_taken();
    if (auto refused = refuse_entity(pass.stream)) co_return std::move(*refused);
    auto reading = parts_.reader.passes(Store::kPassesKept);
    const Result<std::vector<Job>> known = co_await std::move(reading);
    if (!known) co_return problem_of(known.error());
    for (const Job& other : *known) {
        if (other.is_open() && is_same_request(other, pass)) co_return accepted(other);
    }
    auto writing = parts_.host.request_pass(std::move(pass));
    const Result<std::uint64_t> id = co_await std::move(writing);
    if (!id) co_return problem_of(id.error());
    auto finding = parts_.reader.pass(*id);
    const Result<std::optional<Job>> written = co_await std::move(finding);
    if (auto refused = refuse_unknown(written)) co_return std::move(*refused);
    co_return accepted(**written);
}

Task<ServerResponse> Api::backfill(const ServerRequest& request, ApiQuery& query) {
    const auto entity = query.require("entity");
    const auto from = query.day("from");
    const auto to = query.day("to");
    for (const auto& [name, day] : {std::pair("from", from), std::pair("to", to)}) {
        if (day && !is_day(day_text(day)))
            query.complain(name, "is outside the years 1900 to 2100", "use a day in this range");
    }
    if (!from) query.complain("from", "is missing", "set it to the first day, such as 2024-03-01");
    if (!to) query.complain("to", "is missing", "set it to the last day, such as 2024-03-31");
    if (from && to && *to < *from)
        query.complain("to", "is before from", "from and to are the first and last day");
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    Job pass{
        .kind = JobKind::backfill, .stream = *entity, .first_day = day_text(from), .last_day = day_text(to)};
    auto requesting = request_pass(request, std::move(pass));
    co_return co_await std::move(requesting);
}

Task<ServerResponse> Api::reconcile(const ServerRequest& request, ApiQuery& query) {
    const auto entity = query.require("entity");
    Job pass{.kind = JobKind::reconcile, .stream = entity.value_or("")};
    pass.deep = query.flag("deep");
    pass.confirm_deletes = query.flag("confirm_deletes");
    // A requested reconciliation compares everything, even if the counts agree.
    pass.whole = true;
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    auto requesting = request_pass(request, std::move(pass));
    co_return co_await std::move(requesting);
}

Task<ServerResponse> Api::passes(const ServerRequest& /*request*/, ApiQuery& query) {
    const std::uint64_t limit = query.number("limit", kUsualPasses, kPassLimits);
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    auto reading = parts_.reader.passes(limit);
    const Result<std::vector<Job>> known = co_await std::move(reading);
    if (!known) co_return problem_of(known.error());
    Json json{{"passes", Json::array()}};
    for (const Job& pass : *known)
        json["passes"].push_back(bounded_pass_json(pass));
    co_return json_answer(json_text(json));
}

Task<Result<std::optional<Job>>> Api::find_pass(std::string number) {
    const auto id = path_number(number);
    if (!id) co_return std::optional<Job>();
    auto reading = parts_.reader.pass(*id);
    co_return co_await std::move(reading);
}

Task<ServerResponse> Api::pass(const ServerRequest& /*request*/, ApiQuery& query) {
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    auto finding = find_pass(query.segments()[2]);
    const Result<std::optional<Job>> found = co_await std::move(finding);
    if (auto refused = refuse_unknown(found)) co_return std::move(*refused);
    co_return json_answer(json_text(bounded_pass_json(**found)));
}

Task<ServerResponse> Api::cancel_pass(const ServerRequest& request, ApiQuery& query) {
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (!request.body.empty()) co_return body_not_taken();
    auto finding = find_pass(query.segments()[2]);
    const Result<std::optional<Job>> found = co_await std::move(finding);
    if (auto refused = refuse_unknown(found)) co_return std::move(*refused);
    if (!(*found)->is_open()) {
        co_return problem({.status = 409,
                           .code = "pass_has_ended",
                           .detail = "the pass is " + std::string(to_string((*found)->status)),
                           .hint = "it has ended and cannot be canceled; stored records are kept"});
    }
    if (!parts_.host.cancel_pass((*found)->id)) co_return not_running();
    co_return accepted(**found);
}

}  // namespace carecloud
