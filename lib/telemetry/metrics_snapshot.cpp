#include "telemetry/metrics_snapshot.hpp"

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

MetricFamily one_counter(const char* name, const char* help, double value) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = MetricType::Counter;
    family.metric.emplace_back().counter.value = value;
    return family;
}

double seconds_between(Timestamp from, Timestamp to) {
    return std::chrono::duration<double>(to - from).count();
}

void append_clock(std::vector<MetricFamily>& families, const ClockReport& report) {
    families.push_back(
        one_gauge("carecloud_clock_doubted",
                  "1 if the portal's Date and this machine's clock differ or the Date is missing, else 0.",
                  report.verdict == ClockVerdict::agree ? 0 : 1));
    if (!report.date) return;
    families.push_back(one_gauge("carecloud_clock_skew_seconds",
                                 "This machine's clock minus the Date of the portal's last response.",
                                 static_cast<double>(report.local_ahead_seconds())));
}

void append_streams(std::vector<MetricFamily>& families, const MetricsSnapshot& snapshot,
                    const MetricsMemory& memory) {
    MetricFamily age = gauge_family(
        "carecloud_cursor_age_seconds",
        "Time since the stream was last up to date with the portal, or since the start if it never was.");
    MetricFamily silent =
        gauge_family("carecloud_push_silent",
                     "1 if records of the stream change and almost no events announce them, else 0.");
    MetricFamily awaiting = gauge_family(
        "carecloud_reconcile_asking",
        "1 if a reconciliation found too many missing records and requires confirmation, else 0.");
    for (const std::string& entity : snapshot.entities) {
        const std::vector<ClientMetric::Label> labels{{"stream", entity}};
        if (const auto at = memory.current_at.find(entity); at != memory.current_at.end())
            add_gauge(age, std::chrono::duration<double>(snapshot.now - at->second).count(), labels);
        add_gauge(silent, memory.push_silent.contains(entity) ? 1 : 0, labels);
        add_gauge(awaiting, snapshot.awaiting_confirmation.contains(entity) ? 1 : 0, labels);
    }
    families.push_back(std::move(age));
    families.push_back(std::move(silent));
    families.push_back(std::move(awaiting));
}

// Values of a stream that are not always known: unknown ones are omitted.
void append_known(std::vector<MetricFamily>& families, const MetricsSnapshot& snapshot) {
    MetricFamily records =
        gauge_family("carecloud_records_held", "Records in the store that are not deleted.");
    MetricFamily reconciled =
        gauge_family("carecloud_reconciled_timestamp_seconds",
                     "End of the last successful reconciliation, in seconds since the epoch.");
    MetricFamily every = gauge_family("carecloud_poll_every_seconds", "Current interval between polls.");
    MetricFamily stretched = gauge_family("carecloud_polls_stretched",
                                          "1 if polling less often to stay within the quota, else 0.");
    for (const std::string& entity : snapshot.entities) {
        const std::vector<ClientMetric::Label> labels{{"stream", entity}};
        if (const auto at = snapshot.records.find(entity); at != snapshot.records.end())
            add_gauge(records, static_cast<double>(at->second), labels);
        if (const auto at = snapshot.reconciled.find(entity); at != snapshot.reconciled.end())
            add_gauge(reconciled, seconds_between({}, at->second), labels);
        const auto doing = snapshot.doing.find(entity);
        if (doing == snapshot.doing.end()) continue;
        add_gauge(every, std::chrono::duration<double>(doing->second.poll_every).count(), labels);
        add_gauge(stretched, doing->second.stretched ? 1 : 0, labels);
    }
    for (MetricFamily* const family : {&records, &reconciled, &every, &stretched})
        if (!family->metric.empty()) families.push_back(std::move(*family));
}

// With the names used by Prometheus' client libraries.
void append_process(std::vector<MetricFamily>& families, const ProcessUse& use) {
    families.push_back(
        one_counter("process_cpu_seconds_total", "CPU time of this process.", use.cpu_seconds));
    families.push_back(one_gauge("process_resident_memory_bytes", "Resident memory of this process.",
                                 static_cast<double>(use.resident_bytes)));
    families.push_back(one_gauge("process_virtual_memory_bytes", "Virtual memory of this process.",
                                 static_cast<double>(use.virtual_bytes)));
    families.push_back(
        one_gauge("process_open_fds", "Open file descriptors.", static_cast<double>(use.open_fds)));
    families.push_back(
        one_gauge("process_max_fds", "Limit of open file descriptors.", static_cast<double>(use.max_fds)));
    families.push_back(one_gauge("process_start_time_seconds",
                                 "Start time of this process, in seconds since the epoch.",
                                 use.start_seconds));
}

void append_machine(std::vector<MetricFamily>& families, const MetricsSnapshot& snapshot) {
    const MachineUse& machine = snapshot.machine;
    if (machine.process) append_process(families, *machine.process);
    if (machine.store.bytes)
        families.push_back(one_gauge("carecloud_store_bytes", "Size of the store's files, including its log.",
                                     static_cast<double>(*machine.store.bytes)));
    if (machine.store.disk) {
        families.push_back(one_gauge("carecloud_disk_free_bytes", "Free space on the store's filesystem.",
                                     static_cast<double>(machine.store.disk->free_bytes)));
        families.push_back(one_gauge("carecloud_disk_size_bytes",
                                     "Free and used space on the store's filesystem.",
                                     static_cast<double>(machine.store.disk->size_bytes)));
    }
    if (snapshot.certificate_end)
        families.push_back(one_gauge("carecloud_certificate_end_timestamp_seconds",
                                     "Expiry of the SNS endpoint's certificate, in seconds since the epoch.",
                                     seconds_between({}, *snapshot.certificate_end)));
}

void append_store(std::vector<MetricFamily>& families, const MetricsSnapshot& snapshot,
                  const StoreCounts& counts) {
    MetricFamily lag = gauge_family("carecloud_lag_seconds",
                                    "Age of the newest modified in the store, by this machine's clock.");
    for (const StreamState& state : counts.streams) {
        if (!state.cursor) continue;
        add_gauge(lag, seconds_between(state.cursor->modified, snapshot.wall), {{"stream", state.stream}});
    }
    if (!lag.metric.empty()) families.push_back(std::move(lag));
    families.push_back(one_gauge("carecloud_events_open", "Events whose record has not arrived yet.",
                                 static_cast<double>(counts.open_events)));
    families.push_back(one_gauge("carecloud_quarantined", "Records in quarantine.",
                                 static_cast<double>(counts.quarantined)));
    families.push_back(one_gauge("carecloud_doubted",
                                 "Records with a conflicting earlier version that is not resolved yet.",
                                 static_cast<double>(counts.doubted)));
    families.push_back(one_gauge("carecloud_omitted",
                                 "Records omitted by listings and not checked again yet.",
                                 static_cast<double>(counts.omitted)));
    MetricFamily requests = gauge_family("carecloud_quota_requests",
                                         "Requests to the portal in this month (UTC), sent and reserved.");
    add_gauge(requests, static_cast<double>(counts.requests.sent), {{"state", "sent"}});
    add_gauge(requests, static_cast<double>(counts.requests.reserved), {{"state", "reserved"}});
    families.push_back(std::move(requests));
    if (!snapshot.monthly_quota) return;
    families.push_back(one_gauge(
        "carecloud_quota_used_ratio", "Used fraction of portal.rate.monthly_quota in this month (UTC).",
        static_cast<double>(counts.requests.sent) / static_cast<double>(*snapshot.monthly_quota)));
}

void append_lead(std::vector<MetricFamily>& families, const LeadMemory& lead) {
    if (!lead.leads) return;
    families.push_back(one_gauge("carecloud_engine_active",
                                 "1 if this daemon runs the engine, 0 if it stands by.",
                                 *lead.leads ? 1 : 0));
    families.push_back(
        one_counter("carecloud_engine_takeovers_total",
                    "Take-overs of the engine from a daemon that had stopped renewing its lease.",
                    static_cast<double>(lead.taken_over)));
    families.push_back(one_counter("carecloud_engine_lost_total",
                                   "Times that this daemon lost the engine to another one (store_lost).",
                                   static_cast<double>(lead.lost)));
    families.push_back(one_gauge("carecloud_engine_unled_seconds_max",
                                 "Longest time without a renewed lease before a take-over by this daemon.",
                                 std::chrono::duration<double>(lead.longest_unled).count()));
}

}  // namespace

void append_snapshot(std::vector<MetricFamily>& families, const MetricsSnapshot& snapshot,
                     const MetricsMemory& memory) {
    MetricFamily build = gauge_family("carecloud_build_info", "Always 1; the label is the running version.");
    add_gauge(build, 1, {{"version", snapshot.version}});
    families.push_back(std::move(build));
    families.push_back(one_gauge("carecloud_state", "State of the service: 0 ok, 1 warning, 2 critical.",
                                 static_cast<double>(snapshot.state)));
    families.push_back(one_gauge("carecloud_ready", "1 if the service is ready, else 0.",
                                 snapshot.state == ServiceState::critical ? 0 : 1));
    families.push_back(one_gauge("carecloud_store_readable", "1 if the store is readable, else 0.",
                                 snapshot.counts ? 1 : 0));
    families.push_back(one_counter("carecloud_api_unauthorized_total",
                                   "Requests to the API with a missing or wrong token.",
                                   static_cast<double>(snapshot.unauthorized)));
    families.push_back(one_gauge("carecloud_followers", "Clients currently following the change log.",
                                 static_cast<double>(snapshot.followers)));
    if (snapshot.clock) append_clock(families, *snapshot.clock);
    append_lead(families, memory.lead);
    append_streams(families, snapshot, memory);
    append_known(families, snapshot);
    append_machine(families, snapshot);
    if (snapshot.counts) append_store(families, snapshot, *snapshot.counts);
}

}  // namespace carecloud
