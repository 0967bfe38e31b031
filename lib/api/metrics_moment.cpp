#include "api/metrics_moment.hpp"

#include <utility>

namespace carecloud {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily gauge_family(const char* name, const char* help) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = MetricType::Gauge;
    return family;
}

void add_gauge(MetricFamily& family, double value, std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    family.metric.push_back(std::move(metric));
}

MetricFamily one_gauge(const char* name, const char* help, double value) {
    MetricFamily family = gauge_family(name, help);
    add_gauge(family, value);
    return family;
}

double seconds_between(Timestamp from, Timestamp to) {
    return static_cast<double>(to.ticks - from.ticks) / Timestamp::ticks_per_second;
}

void append_clock(std::vector<MetricFamily>& families, const ClockReport& report) {
    families.push_back(one_gauge("carecloud_clock_doubted",
                                 "1: the portal's Date and this machine's clock differ, or there is no Date.",
                                 report.verdict == ClockVerdict::agree ? 0 : 1));
    if (!report.date) return;
    families.push_back(one_gauge("carecloud_clock_skew_seconds",
                                 "This machine's clock less the Date of the portal's last answer.",
                                 static_cast<double>(report.local_ahead_seconds())));
}

void append_streams(std::vector<MetricFamily>& families, const MetricsMoment& moment,
                    const MetricsMemory& memory) {
    MetricFamily age = gauge_family("carecloud_cursor_age_seconds",
                                    "Since the stream was last seen to hold all that the portal has; from "
                                    "the start on where it was not yet.");
    MetricFamily silent = gauge_family("carecloud_push_silent",
                                       "1: the stream's records change and hardly any event announces it.");
    MetricFamily asking =
        gauge_family("carecloud_reconcile_asking",
                     "1: a reconciliation found too many records gone, and asks an operator.");
    for (const std::string& entity : moment.entities) {
        const std::vector<ClientMetric::Label> labels{{"stream", entity}};
        if (const auto at = memory.current_at.find(entity); at != memory.current_at.end())
            add_gauge(age, std::chrono::duration<double>(moment.now - at->second).count(), labels);
        add_gauge(silent, memory.push_silent.contains(entity) ? 1 : 0, labels);
        add_gauge(asking, moment.asking.contains(entity) ? 1 : 0, labels);
    }
    families.push_back(std::move(age));
    families.push_back(std::move(silent));
    families.push_back(std::move(asking));
}

void append_store(std::vector<MetricFamily>& families, const MetricsMoment& moment,
                  const StoreCounts& counts) {
    MetricFamily lag = gauge_family(
        "carecloud_lag_seconds", "Age of the newest modified that the store holds, held against this clock.");
    for (const StreamState& state : counts.streams) {
        if (!state.cursor) continue;
        add_gauge(lag, seconds_between(state.cursor->modified, moment.wall), {{"stream", state.stream}});
    }
    if (!lag.metric.empty()) families.push_back(std::move(lag));
    families.push_back(one_gauge("carecloud_events_open", "Events whose record is still to be seen.",
                                 static_cast<double>(counts.open_events)));
    families.push_back(one_gauge("carecloud_quarantined", "Records that could not be taken.",
                                 static_cast<double>(counts.quarantined)));
    families.push_back(
        one_gauge("carecloud_doubted",
                  "Records of which an earlier version was shown, until it is known which one is right.",
                  static_cast<double>(counts.doubted)));
    families.push_back(one_gauge("carecloud_omitted", "Records that listings leave out, until a second look.",
                                 static_cast<double>(counts.omitted)));
    MetricFamily requests =
        gauge_family("carecloud_quota_requests",
                     "Requests to the portal in this month (UTC): sent, and reserved to be sent.");
    add_gauge(requests, static_cast<double>(counts.requests.sent), {{"state", "sent"}});
    add_gauge(requests, static_cast<double>(counts.requests.reserved), {{"state", "reserved"}});
    families.push_back(std::move(requests));
    if (!moment.monthly_quota) return;
    families.push_back(
        one_gauge("carecloud_quota_used_ratio", "Sent part of portal.rate.monthly_quota in this month (UTC).",
                  static_cast<double>(counts.requests.sent) / static_cast<double>(*moment.monthly_quota)));
}

}  // namespace

void append_moment(std::vector<MetricFamily>& families, const MetricsMoment& moment,
                   const MetricsMemory& memory) {
    MetricFamily build = gauge_family("carecloud_build_info", "1; the label says which version runs.");
    add_gauge(build, 1, {{"version", moment.version}});
    families.push_back(std::move(build));
    families.push_back(
        one_gauge("carecloud_state", "0: ok; 1: warning; 2: critical.", static_cast<double>(moment.state)));
    families.push_back(one_gauge("carecloud_ready", "1: /readyz answers 200; 0: it has reasons not to.",
                                 moment.state == ServiceState::critical ? 0 : 1));
    families.push_back(one_gauge("carecloud_store_readable", "1: the store answered this very asking.",
                                 moment.counts ? 1 : 0));
    MetricFamily wrong;
    wrong.name = "carecloud_api_unauthorized_total";
    wrong.help = "Requests to the API with a wrong token, or none.";
    wrong.type = MetricType::Counter;
    wrong.metric.emplace_back().counter.value = static_cast<double>(moment.unauthorized);
    families.push_back(std::move(wrong));
    families.push_back(one_gauge("carecloud_followers", "Clients that follow the change log now.",
                                 static_cast<double>(moment.followers)));
    if (moment.clock) append_clock(families, *moment.clock);
    append_streams(families, moment, memory);
    if (moment.counts) append_store(families, moment, *moment.counts);
}

}  // namespace carecloud
