// The part of the API that reports the state of the service, as JSON and for Prometheus, and requests polls.
#include "api/api.hpp"
#include "api/problem.hpp"
#include "json/json_text.hpp"
#include "model/job.hpp"
#include "store/store.hpp"
#include "telemetry/pass_text.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

using Json = nlohmann::ordered_json;

// Counting reads through an index: too slow for every request.
constexpr std::chrono::seconds kCountEvery{30};

// Sets the flag during its lifetime, however the coroutine ends.
class Busy {
  public:
    explicit Busy(bool& flag) : flag_(flag) { flag_ = true; }
    ~Busy() { flag_ = false; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

  private:
    bool& flag_;
};

Json pass_json(const PassEntry& entry) {
    const PassReport& report = entry.report;
    const CommitSummary& summary = report.summary;
    Json json{{"ended_at", entry.ended_at.to_string_ms()},
              {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(report.took).count()},
              {"pages", report.pages},
              {"requests", report.requests},
              {"created", summary.created},
              {"updated", summary.updated},
              {"disabled", summary.disabled},
              {"deleted", summary.deleted},
              {"restored", summary.restored},
              {"quarantined", summary.quarantined},
              {"doubted", summary.doubted},
              {"reversed", summary.reversed},
              {"unsteady", summary.unsteady},
              {"error", nullptr}};
    if (report.error) json["error"] = report.error->message();
    return json;
}

Json stream_json(const std::string& entity, const StoreCounts& counts, const PassEntry* pass) {
    Json json{{"entity", entity}, {"cursor", nullptr}, {"safe_modified", nullptr}, {"records", nullptr}};
    for (const StreamState& state : counts.streams) {
        if (state.stream != entity) continue;
        if (state.cursor)
            json["cursor"] = {{"modified", state.cursor->modified_text}, {"id", state.cursor->id}};
        if (state.safe) json["safe_modified"] = state.safe->modified_text;
        json["dialect"] = state.dialect;
        json["updated_at"] = state.updated_at;
    }
    json["passes"] = pass ? pass->passes : 0;
    json["last_pass"] = pass ? pass_json(*pass) : Json(nullptr);
    return json;
}

double seconds_of(Duration span) {
    return std::chrono::duration<double>(std::chrono::round<std::chrono::milliseconds>(span)).count();
}

void add_snapshot(Json& stream, const StreamSnapshot& snapshot) {
    stream["in_pass"] = snapshot.in_pass;
    stream["next_pass_seconds"] = seconds_of(snapshot.until_next);
    stream["poll_every_seconds"] = seconds_of(snapshot.poll_every);
    stream["stretched_by_quota"] = snapshot.stretched;
    stream["loading"] = nullptr;
    if (!snapshot.load) return;
    const LoadSnapshot& load = *snapshot.load;
    Json loading{{"records", load.records},
                 {"expected", nullptr},
                 {"per_second", load.per_second},
                 {"seconds_left", nullptr},
                 {"text", load_text(load)}};
    if (load.expected) loading["expected"] = *load.expected;
    if (load.left) loading["seconds_left"] = seconds_of(*load.left);
    stream["loading"] = std::move(loading);
}

Json quota_json(const std::string& month, const RequestCount& requests) {
    return {{"month", month},
            {"requests", requests.total()},
            {"sent", requests.sent},
            {"reserved", requests.reserved},
            {"limit", nullptr}};
}

Json clock_json(const ClockReport& report) {
    Json json{{"verdict", to_string(report.verdict)},
              {"portal_date", nullptr},
              {"local_ahead_seconds", nullptr},
              {"trusted", report.trusted.to_string_ms()},
              {"text", report.text()}};
    if (!report.date) return json;
    json["portal_date"] = report.date->to_string_ms();
    json["local_ahead_seconds"] = report.local_ahead_seconds();
    return json;
}

Json reasons_json(const std::vector<Reason>& reasons) {
    Json list = Json::array();
    for (const Reason& reason : reasons) {
        Json json{{"state", to_string(reason.state)},
                  {"text", sentence(reason)},
                  {"since", reason.since.to_string_ms()},
                  {"remedy", reason.remedy},
                  {"stream", nullptr}};
        if (!reason.stream.empty()) json["stream"] = reason.stream;
        list.push_back(std::move(json));
    }
    return list;
}

// Streams whose newest reconciliation awaits confirmation.
std::set<std::string> unconfirmed_streams(const std::vector<Job>& newest_first) {
    std::map<std::string, JobStatus> newest;
    for (const Job& pass : newest_first) {
        if (pass.kind == JobKind::reconcile) newest.try_emplace(pass.stream, pass.status);
    }
    std::set<std::string> unconfirmed;
    for (const auto& [stream, status] : newest) {
        if (status == JobStatus::awaiting_confirmation) unconfirmed.insert(stream);
    }
    return unconfirmed;
}

Json daemons_json(const std::vector<DaemonRow>& rows) {
    Json list = Json::array();
    for (const DaemonRow& row : rows) {
        list.push_back({{"host", row.daemon.host},
                        {"pid", row.daemon.pid},
                        {"version", row.daemon.version},
                        {"role", to_string(row.daemon.role)},
                        {"since", row.since},
                        {"unseen_seconds", seconds_of(row.unseen)},
                        {"lost", row.is_lost()}});
    }
    return list;
}

std::map<std::string, Timestamp> reconciled_streams(const std::vector<Job>& newest_first) {
    std::map<std::string, Timestamp> reconciled;
    for (const Job& pass : newest_first) {
        const bool done = pass.kind == JobKind::reconcile && pass.status == JobStatus::done;
        const auto at = done ? Timestamp::parse(pass.updated_at) : std::nullopt;
        if (at) reconciled.try_emplace(pass.stream, *at);
    }
    return reconciled;
}

}  // namespace

Task<ServerResponse> Api::livez(const ServerRequest& /*request*/, ApiQuery& query) {
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    co_return json_answer(R"({"live":true})");
}

// NOLINTNEXTLINE(readability-make-member-function-const): called like sns_reasons()
Task<std::vector<std::string>> Api::critical_reasons() {
    std::vector<std::string> critical;
    for (const Reason& reason : parts_.host.reasons()) {
        if (reason.state == ServiceState::critical) critical.push_back(sentence_with_remedy(reason));
    }
    co_return critical;
}

// An empty store accepts events long before the first load has ended, so a load balancer should check only this.
Task<std::vector<std::string>> Api::sns_reasons() {
    std::vector<std::string> reasons = parts_.host.sns_reasons();
    auto reading = parts_.reader.counts(month_of(parts_.clock.wall()));
    const Result<StoreCounts> counts = co_await std::move(reading);
    if (!counts) reasons.push_back("cannot read the store: " + counts.error().message());
    co_return reasons;
}

// NOLINTNEXTLINE(readability-make-member-function-const): the table of paths calls all of them alike
Task<ServerResponse> Api::readyz(const ServerRequest& /*request*/, ApiQuery& query) {
    const auto purpose = query.text("for");
    if (purpose && *purpose != "sns")
        query.complain("for", "must be sns", "use for=sns, or omit it for the whole service");
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    auto judging = purpose ? sns_reasons() : critical_reasons();
    const std::vector<std::string> reasons = co_await std::move(judging);
    const Json json{{"ready", reasons.empty()}, {"reasons", reasons}};
    co_return json_answer(json_text(json), reasons.empty() ? 200 : 503);
}

Task<ServerResponse> Api::status(const ServerRequest& request, ApiQuery& query) {
    const bool of_leader = query.flag("leader");
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (of_leader && parts_.host.stands_by()) {
        auto forwarding = forward(request);
        co_return co_await std::move(forwarding);
    }
    const std::string month = month_of(parts_.clock.wall());
    auto reading = read_counts(month);
    const Result<StoreCounts> counts = co_await std::move(reading);
    if (!counts) co_return problem_of(counts.error());
    const std::vector<Reason> reasons = parts_.host.reasons();
    const ServiceState state = worst(reasons);
    Json json{{"version", parts_.host.version()},
              {"started_at", parts_.started_at.to_string_ms()},
              {"now", parts_.clock.wall().to_string_ms()},
              {"state", to_string(state)},
              {"ready", state != ServiceState::critical},
              {"reasons", reasons_json(reasons)},
              {"generation", counts->generation},
              {"seq", counts->newest_seq},
              {"events_open", counts->open_events},
              {"quarantined", counts->quarantined},
              {"doubted", counts->doubted},
              {"omitted", counts->omitted},
              {"versions", {{"kept", counts->versions}, {"bytes", counts->version_bytes}}},
              {"unauthorized", guard_.unauthorized()},
              {"quota", quota_json(month, counts->requests)},
              {"clock", nullptr},
              {"streams", Json::array()}};
    if (const auto limit = parts_.host.monthly_quota()) json["quota"]["limit"] = *limit;
    if (const auto clock = parts_.host.clock()) json["clock"] = clock_json(*clock);
    auto listing = parts_.host.daemons();
    const Result<std::vector<DaemonRow>> daemons = co_await std::move(listing);
    if (daemons && !daemons->empty()) {
        json["role"] = to_string(parts_.host.stands_by() ? DaemonRole::standby : DaemonRole::active);
        json["daemons"] = daemons_json(*daemons);
    }
    for (const std::string& entity : parts_.host.entities()) {
        Json stream = stream_json(entity, *counts, parts_.histories.passes.find(entity));
        if (const auto snapshot = parts_.host.snapshot(entity)) add_snapshot(stream, *snapshot);
        const auto counted = record_counts_.find(entity);
        if (counted != record_counts_.end()) stream["records"] = counted->second.records;
        json["streams"].push_back(std::move(stream));
    }
    co_return json_answer(json_text(json));
}

Task<Result<StoreCounts>> Api::read_counts(std::string month) {
    auto reading = parts_.reader.counts(month);
    Result<StoreCounts> counts = co_await std::move(reading);
    if (!counts) co_return counts;
    counts->requests = parts_.host.requests(month).value_or(counts->requests);
    auto counting = count_records(*counts);
    co_await std::move(counting);
    co_return counts;
}

Task<Api::Overview> Api::read_overview(std::size_t passes) {
    auto counting = read_counts(month_of(parts_.clock.wall()));
    Result<StoreCounts> counts = co_await std::move(counting);
    auto listing = parts_.reader.passes(passes);
    Result<std::vector<Job>> newest = co_await std::move(listing);
    co_return Overview{std::move(counts), std::move(newest)};
}

// If the records cannot be counted now (first load of an empty store), the last count remains, if there is one.
Task<> Api::count_records(const StoreCounts& counts) {
    const bool due = record_counts_.empty() || parts_.clock.now() - counted_at_ >= kCountEvery;
    if (counting_ || !due) co_return;
    const Busy busy(counting_);
    for (const std::string& entity : parts_.host.entities()) {
        const auto known = record_counts_.find(entity);
        if (known != record_counts_.end() && known->second.at_seq == counts.newest_seq) continue;
        auto counting = parts_.reader.count_records(entity);
        const Result<std::uint64_t> records = co_await std::move(counting);
        if (records) record_counts_[entity] = {counts.newest_seq, *records};
    }
    counted_at_ = parts_.clock.now();
}

Task<ServerResponse> Api::sync(const ServerRequest& request, ApiQuery& query) {
    const auto entity = query.text("entity");
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    if (!request.body.empty()) co_return body_not_taken();
    if (entity) {
        if (auto refused = refuse_entity(*entity)) co_return std::move(*refused);
    }
    std::vector<std::string> nudged;
    for (const std::string& stream : parts_.host.entities()) {
        if ((!entity || *entity == stream) && parts_.host.nudge(stream)) nudged.push_back(stream);
    }
    if (nudged.empty()) co_return not_running();
    const Json json{{"nudged", nudged}};
    co_return json_answer(json_text(json), 202);
}

// If the store cannot be read, the counters are reported anyway: they are needed most then.
// NOLINTNEXTLINE(readability-make-member-function-const): the table of paths calls all of them alike
Task<ServerResponse> Api::metrics(const ServerRequest& /*request*/, ApiQuery& query) {
    if (auto wrong = query.finish()) co_return std::move(*wrong);
    auto reading = read_overview(Store::kPassesKept);
    Overview store = co_await std::move(reading);
    MetricsSnapshot snapshot{.version = parts_.host.version(),
                             .state = worst(parts_.host.reasons()),
                             .entities = parts_.host.entities(),
                             .wall = parts_.clock.wall(),
                             .now = parts_.clock.now(),
                             .machine = parts_.host.machine(),
                             .certificate_end = parts_.host.certificate_end(),
                             .monthly_quota = parts_.host.monthly_quota(),
                             .unauthorized = guard_.unauthorized(),
                             .followers = parts_.feed.followers(),
                             .clock = parts_.host.clock()};
    if (store.counts) snapshot.counts = std::move(*store.counts);
    if (store.passes) snapshot.awaiting_confirmation = unconfirmed_streams(*store.passes);
    if (store.passes) snapshot.reconciled = reconciled_streams(*store.passes);
    for (const std::string& entity : snapshot.entities) {
        const auto counted = record_counts_.find(entity);
        if (counted != record_counts_.end()) snapshot.records.emplace(entity, counted->second.records);
        if (const auto doing = parts_.host.snapshot(entity)) snapshot.doing.emplace(entity, *doing);
    }
    co_return ServerResponse{.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                                         {"Cache-Control", "no-store"}},
                             .body = parts_.histories.metrics.text(snapshot)};
}

}  // namespace carecloud
