#include "telemetry/service_state.hpp"

#include "base/packaged_service.hpp"
#include "base/quantity_text.hpp"
#include "sns/subscriptions.hpp"
#include "sync/limits/rate_limiter.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr int kBehindPolls = 3;
// On a busy machine, three polls at an interval of one second may take this long.
constexpr Duration kBehindMin = std::chrono::seconds(15);

std::string without_operation(const Error& error) {
    return error.subject + " (" + std::string(to_string(error.code)) + ")";
}

void judge_stream(ReasonMap& found, const StreamFacts& stream, Timestamp now) {
    if (stream.stretched) {
        found["stretched " + stream.entity] = {
            .state = ServiceState::warning,
            .text = "is polled every " + span_text(stream.poll_every) + " instead of every " +
                    span_text(stream.configured_every) + " to stay within the monthly quota",
            .remedy =
                "raise portal.rate.monthly_quota if the portal allows more, or poll and reconcile less often",
            .stream = stream.entity};
    }
    const Duration allowed =
        std::max({kBehindPolls * stream.poll_every, kBehindPolls * stream.configured_every, kBehindMin});
    if (stream.explained || stream.behind_for <= allowed) return;
    Reason reason{.remedy = "run carecloudctl doctor to test the portal"};
    if (stream.last_error) reason = reason_of("is behind: ", *stream.last_error);
    if (!stream.last_error) reason.text = "is behind: no pass has completed for three polls or longer";
    reason.state = ServiceState::warning;
    reason.stream = stream.entity;
    reason.since = now - stream.behind_for;
    found["behind " + stream.entity] = std::move(reason);
}

void judge_disk(ReasonMap& found, const DiskUse& disk, double warn_below) {
    const double share = static_cast<double>(disk.free_bytes) / static_cast<double>(disk.size_bytes);
    if (share >= warn_below) return;
    found["disk"] = {.state = ServiceState::warning,
                     .text = "the store's disk has " + std::to_string(static_cast<int>(share * 100)) +
                             " % free, " + grouped(disk.free_bytes >> 20U) + " MiB",
                     .remedy = "free space: df -h " + disk.folder};
}

// SNS does not deliver to an endpoint with an expired certificate.
void judge_certificate(ReasonMap& found, Timestamp end, Timestamp now) {
    if (end - now > kCertificateWarning) return;
    const bool over = end <= now;
    const std::string at = end.to_string().substr(0, 10);
    found["certificate"] = {
        .state = over ? ServiceState::critical : ServiceState::warning,
        .text = over ? "the SNS endpoint's certificate expired on " + at + ": no events are received"
                     : "the SNS endpoint's certificate expires on " + at + ", in " + span_text(end - now),
        .remedy =
            "renew it and replace the file of sns.tls.certificate; if it is a credential of the unit, run "
            "systemctl restart " +
            PackagedService::own().unit(),
        .since = over ? end : Timestamp{}};
}

// A subscription without a noted state is no reason: the topic may never have been subscribed to.
void judge_subscription(ReasonMap& found, const Subscription& subscription, bool confirms) {
    if (subscription.state == SubscriptionState::confirmed || subscription.changed_at.empty()) return;
    Reason reason{.text = "the subscription of " + subscription.topic_arn + " is " +
                          std::string(to_string(subscription.state)),
                  .remedy = std::string(remedy_for(subscription, confirms)),
                  .since = Timestamp::parse(subscription.changed_at).value_or(Timestamp{})};
    if (reason.remedy.empty())
        reason.remedy =
            "run aws sns subscribe (manual: events, \"Subscribing\"); the subscription is confirmed "
            "automatically";
    found[std::string(kOfSubscriptions) + subscription.topic_arn] = std::move(reason);
}

// The streams of reasons that differ only in their stream: "claim, provider".
std::string names_of(const std::vector<const Reason*>& alike) {
    std::string names;
    for (const Reason* reason : alike)
        names += (names.empty() ? "" : ", ") + reason->stream;
    return names;
}

bool are_alike(const Reason& a, const Reason& b) {
    return a.state == b.state && a.text == b.text && a.remedy == b.remedy &&
           a.stream.empty() == b.stream.empty();
}

}  // namespace

std::string_view to_string(ServiceState state) {
    switch (state) {
        case ServiceState::ok:
            return "ok";
        case ServiceState::warning:
            return "warning";
        case ServiceState::critical:
            return "critical";
    }
    return "unknown";
}

bool is_store_error(ErrorCode code) {
    return code == ErrorCode::store_busy || code == ErrorCode::store_full ||
           code == ErrorCode::store_failed || code == ErrorCode::store_corrupt ||
           code == ErrorCode::store_newer;
}

bool is_critical(const Error& error) {
    // The portal requested a long pause (hazard 34).
    if (error.retry_after && *error.retry_after > RateLimiter::kWaitMax) return true;
    switch (error.code) {
        case ErrorCode::tls_failed:
        case ErrorCode::key_refused:
        case ErrorCode::quota_exhausted:
        case ErrorCode::wrong_workspace:
        case ErrorCode::dialect_unknown:
            return true;
        default:
            return is_store_error(error.code);
    }
}

Reason reason_of(std::string_view what, const Error& error) {
    return {.text = std::string(what) + without_operation(error),
            .remedy = error.hint.empty() ? "check the log: journalctl -u carecloud-syncd" : error.hint};
}

std::string sentence(const Reason& reason) {
    return reason.stream.empty() ? reason.text : reason.stream + " " + reason.text;
}

std::string sentence_with_remedy(const Reason& reason) {
    return reason.remedy.empty() ? sentence(reason) : sentence(reason) + "; " + reason.remedy;
}

ServiceState worst(const std::vector<Reason>& reasons) {
    ServiceState state = ServiceState::ok;
    for (const Reason& reason : reasons)
        state = std::max(state, reason.state);
    return state;
}

std::string status_line(const std::vector<Reason>& reasons, Timestamp now) {
    std::vector<std::vector<const Reason*>> groups;
    for (const Reason& reason : reasons) {
        const auto alike = std::find_if(groups.begin(), groups.end(),
                                        [&](const auto& group) { return are_alike(*group.front(), reason); });
        if (alike == groups.end())
            groups.push_back({&reason});
        else
            alike->push_back(&reason);
    }
    std::string line;
    for (const auto& group : groups) {
        Reason one = *group.front();
        one.stream = names_of(group);
        for (const Reason* reason : group)
            one.since = std::min(one.since, reason->since);
        line += (line.empty() ? "" : " | ") + std::string(to_string(one.state)) + ": " + sentence(one) +
                ", for " + span_text(now - one.since) + "; remedy: " + one.remedy;
    }
    return line.empty() ? "ok" : line;
}

ReasonMap judge(const ServiceFacts& facts) {
    ReasonMap found;
    for (const StreamFacts& stream : facts.streams)
        judge_stream(found, stream, facts.now);
    if (facts.unreadable) found["unreadable"] = reason_of("cannot read the store: ", *facts.unreadable);
    if (facts.doubted > 0) {
        found["doubted"] = {.state = ServiceState::warning,
                            .text = counted(facts.doubted, "record is", "records are") +
                                    " doubted: the portal returned an earlier version",
                            .remedy =
                                "wait: they are fetched again after streams[].overlap; if the warning "
                                "stays, see manual: reconciliation, \"Doubted records\""};
    }
    if (facts.clock && facts.clock->verdict != ClockVerdict::agree) {
        found["clock"] = {
            .state = ServiceState::warning, .text = facts.clock->text(), .remedy = facts.clock->hint()};
    }
    if (facts.disk) judge_disk(found, *facts.disk, facts.disk_warning);
    if (facts.certificate_end) judge_certificate(found, *facts.certificate_end, facts.now);
    for (const Subscription& subscription : facts.subscriptions)
        judge_subscription(found, subscription, facts.confirms);
    return found;
}

}  // namespace carecloud
