// What of the API is read by Prometheus.
#include "api/api.hpp"
#include "model/job.hpp"
#include "store/store.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// Streams whose newest reconciliation stopped to ask.
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

// If the store cannot be read the counts are reported all the same: they are needed most then.
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
