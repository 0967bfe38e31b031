#include "telemetry/metrics.hpp"

#include "telemetry/metrics_snapshot.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace carecloud {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;
using Counters = prometheus::Family<prometheus::Counter>;

// From a loopback response to portal.timeout's default of 35 s.
const Buckets kRequestBuckets{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 35};
// From an idle poll to an initial load of some hours.
const Buckets kPassBuckets{0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 1800, 7200};
// From a fast disk to one that stalls.
const Buckets kCommitBuckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};
// An event's record is polled after 1, 2, 4 and 8 s, and then with each regular poll.
const Buckets kSettleBuckets{0.01, 0.05, 0.1, 0.5, 1, 2, 4, 8, 16, 60, 300, 900, 3600};

constexpr std::array kKinds{"created", "updated", "disabled", "deleted", "restored", "quarantined"};
constexpr std::array kRequestErrors{
    ErrorCode::unreachable,  ErrorCode::tls_failed, ErrorCode::timed_out,       ErrorCode::key_refused,
    ErrorCode::rate_limited, ErrorCode::too_large,  ErrorCode::quota_exhausted, ErrorCode::server_failed,
    ErrorCode::bad_response, ErrorCode::refused,    ErrorCode::wrong_workspace, ErrorCode::canceled};
constexpr std::array kStoreErrors{ErrorCode::store_busy, ErrorCode::store_full, ErrorCode::store_failed,
                                  ErrorCode::store_corrupt};

double seconds(Duration span) {
    return std::chrono::duration<double>(span).count();
}

Counters& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                 const Buckets& buckets) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
}

}  // namespace

struct Metrics::Impl {
    prometheus::Registry registry;
    Counters& records =
        counters(registry, "carecloud_records_total", "Record versions stored, by kind of change.");
    Counters& doubts =
        counters(registry, "carecloud_doubts_total",
                 "Record versions that may be older than the stored one and were not stored immediately.");
    Counters& reversals = counters(registry, "carecloud_reversals_total",
                                   "Versions stored that returned to an earlier version of the record.");
    Counters& unsteady = counters(
        registry, "carecloud_unsteady_total",
        "Record versions skipped because the content differs in each response under the same modified.");
    Counters& holes =
        counters(registry, "carecloud_holes_total", "Existing records omitted by the portal's listings.");
    Counters& passes = counters(registry, "carecloud_passes_total", "Passes of a stream, by outcome.");
    Counters& requests =
        counters(registry, "carecloud_requests_total", "Requests to the portal, by ok or error code.");
    Counters& store_errors =
        counters(registry, "carecloud_store_errors_total", "Failed commits to the store, by error code.");
    Counters& events =
        counters(registry, "carecloud_events_total", "Verified SNS events received, by type and outcome.");
    Counters& refusals = counters(registry, "carecloud_events_refused_total",
                                  "Refused requests to the SNS endpoint, by reason.");
    prometheus::Counter& pages =
        counters(registry, "carecloud_pages_total", "Pages of records received from the portal.").Add({});
    prometheus::Gauge& reload_successful = gauge(
        registry, "carecloud_config_last_reload_successful",
        "1 if the last configuration reload succeeded, else 0; the previous configuration is then in use.");
    prometheus::Gauge& reloaded_at =
        gauge(registry, "carecloud_config_last_reload_success_timestamp_seconds",
              "Time when the current configuration was loaded, by this machine's clock.");
    prometheus::Histogram& request_seconds = histogram(
        registry, "carecloud_request_seconds", "Duration of requests to the portal.", kRequestBuckets);
    prometheus::Histogram& pass_seconds =
        histogram(registry, "carecloud_pass_seconds", "Duration of passes of a stream.", kPassBuckets);
    prometheus::Histogram& commit_seconds =
        histogram(registry, "carecloud_store_commit_seconds",
                  "Duration of write commits, including the wait for the store.", kCommitBuckets);
    prometheus::Histogram& settle_seconds =
        histogram(registry, "carecloud_event_settle_seconds",
                  "Time from an event being stored to its record being stored.", kSettleBuckets);
    std::map<std::string, MonoTime, std::less<>>
        current_at;  // when each stream last reached the portal's end
    std::set<std::string, std::less<>> push_silent;
    LeadMemory lead;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {
    impl_->requests.Add({{"code", "ok"}});
    for (const ErrorCode code : kRequestErrors)
        impl_->requests.Add({{"code", std::string(to_string(code))}});
    for (const ErrorCode code : kStoreErrors)
        impl_->store_errors.Add({{"code", std::string(to_string(code))}});
    for (const char* outcome : {"fresh", "duplicate", "not_in_stream"})
        impl_->events.Add({{"type", "other"}, {"outcome", outcome}});
}

Metrics::~Metrics() = default;

void Metrics::streams_begin(const std::vector<std::string>& entities, MonoTime now) {
    impl_->push_silent.clear();
    for (const std::string& entity : entities) {
        impl_->current_at.try_emplace(entity, now);
        for (const char* kind : kKinds)
            impl_->records.Add({{"stream", entity}, {"kind", kind}});
        for (Counters* const family : {&impl_->doubts, &impl_->reversals, &impl_->unsteady, &impl_->holes})
            family->Add({{"stream", entity}});
        for (const char* outcome : {"ok", "failed"})
            impl_->passes.Add({{"stream", entity}, {"outcome", outcome}});
    }
}

void Metrics::streams_end() {
    impl_->current_at.clear();
    impl_->push_silent.clear();
}

void Metrics::leads(bool leads) {
    impl_->lead.leads = leads;
}

void Metrics::took_over(Duration unled) {
    ++impl_->lead.taken_over;
    impl_->lead.longest_unled = std::max(impl_->lead.longest_unled, unled);
}

void Metrics::lost_lead() {
    ++impl_->lead.lost;
}

void Metrics::configured(bool in_use, Timestamp at) {
    impl_->reload_successful.Set(in_use ? 1 : 0);
    if (in_use) impl_->reloaded_at.Set(static_cast<double>(at.seconds()));
}

void Metrics::pass_ended(const PassReport& report, MonoTime now) {
    if (report.error && report.error->code == ErrorCode::canceled) return;
    impl_->passes.Add({{"stream", report.stream}, {"outcome", report.error ? "failed" : "ok"}}).Increment();
    impl_->pass_seconds.Observe(seconds(report.took));
    holes_found(report.stream, report.events.holes);
    if (!report.error) impl_->current_at.insert_or_assign(report.stream, now);
}

void Metrics::holes_found(std::string_view stream, std::size_t count) {
    if (count > 0) impl_->holes.Add({{"stream", std::string(stream)}}).Increment(static_cast<double>(count));
}

void Metrics::push_silent(std::string_view stream, bool silent) {
    if (silent)
        impl_->push_silent.emplace(stream);
    else
        impl_->push_silent.erase(std::string(stream));
}

void Metrics::request_ended(std::string_view code, Duration took) {
    impl_->requests.Add({{"code", std::string(code)}}).Increment();
    impl_->request_seconds.Observe(seconds(took));
}

void Metrics::page_came() {
    impl_->pages.Increment();
}

void Metrics::committed(std::string_view stream, const CommitSummary& summary, Duration took) {
    const auto add = [&](Counters& family, std::size_t count) {
        if (count > 0) family.Add({{"stream", std::string(stream)}}).Increment(static_cast<double>(count));
    };
    add(impl_->doubts, summary.doubted);
    add(impl_->reversals, summary.reversed);
    add(impl_->unsteady, summary.unsteady);
    if (!summary.written) return;
    impl_->commit_seconds.Observe(seconds(took));
    const std::array counts{summary.created, summary.updated,  summary.disabled,
                            summary.deleted, summary.restored, summary.quarantined};
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (counts[i] == 0) continue;
        impl_->records.Add({{"stream", std::string(stream)}, {"kind", kKinds[i]}})
            .Increment(static_cast<double>(counts[i]));
    }
}

void Metrics::store_failed(ErrorCode code) {
    impl_->store_errors.Add({{"code", std::string(to_string(code))}}).Increment();
}

void Metrics::refusals_begin(const std::vector<std::string>& reasons) {
    for (const std::string& reason : reasons)
        impl_->refusals.Add({{"reason", reason}});
}

void Metrics::event_received(std::string_view type, std::string_view outcome) {
    impl_->events.Add({{"type", std::string(type)}, {"outcome", std::string(outcome)}}).Increment();
}

void Metrics::event_refused(std::string_view reason) {
    impl_->refusals.Add({{"reason", std::string(reason)}}).Increment();
}

void Metrics::event_settled(Duration took) {
    impl_->settle_seconds.Observe(seconds(took));
}

std::optional<MonoTime> Metrics::current_at(std::string_view stream) const {
    const auto found = impl_->current_at.find(stream);
    return found == impl_->current_at.end() ? std::nullopt : std::optional(found->second);
}

std::string Metrics::text(const MetricsSnapshot& snapshot) const {
    std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
    append_snapshot(
        families, snapshot,
        {.current_at = impl_->current_at, .push_silent = impl_->push_silent, .lead = impl_->lead});
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace carecloud
