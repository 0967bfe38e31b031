// The state of the service: ok, warning (it works, but needs attention) or critical (it does not do its work), with the
// reasons. Only this file decides it: facts in, reasons out. Pure.
//
//     const ReasonMap found = judge({.now = now, .streams = {{.entity = "claim", .behind_for = 20min}}});
//     worst(reasons)              // ServiceState::warning
//     status_line(reasons, now)   // "warning: claim is behind …, for 20 min; remedy: …"
//
// /readyz responds with 200 if and only if no reason is critical.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/machine_use.hpp"
#include "base/timestamp.hpp"
#include "model/event.hpp"
#include "sync/walk/portal_time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// In order of severity. The numbers are those of carecloud_state and of the exit codes of `carecloudctl status`.
enum class ServiceState : int { ok = 0, warning = 1, critical = 2 };

std::string_view to_string(ServiceState state);

struct Reason {
    ServiceState state = ServiceState::critical;
    // If there is a stream, the text that follows its name: "waiting: HTTP 403 Forbidden (key_refused)".
    std::string text{};
    std::string remedy{};  // what to do about it
    std::string stream{};  // the entity; empty: concerns the whole service
    Timestamp since{};     // 0: when it was first found
};

// The key identifies the reason and is not shown.
using ReasonMap = std::map<std::string, Reason, std::less<>>;
// The prefix of the keys of reasons about subscriptions.
inline constexpr std::string_view kOfSubscriptions = "subscription ";

// Whether a pass that failed with this error is critical: the error does not go away without intervention, or its cause
// is on this side. A portal that is temporarily unavailable is not critical, because nobody here can do anything about
// it.
bool is_critical(const Error& error);
bool is_store_error(ErrorCode code);
// Converts an error to a reason. `text` is `what` and the error without its operation, which would repeat the stream.
Reason reason_of(std::string_view what, const Error& error);

// "claim waiting: HTTP 403 Forbidden (key_refused)"
std::string sentence(const Reason& reason);
// The sentence and the remedy, as reported by /readyz.
std::string sentence_with_remedy(const Reason& reason);

// The most severe state; ok if there are no reasons.
ServiceState worst(const std::vector<Reason>& reasons);
// One line for `systemctl status`: "ok", or the reasons in order, each with its duration and remedy. Reasons that
// differ only in their stream are combined.
std::string status_line(const std::vector<Reason>& reasons, Timestamp now);

struct StreamFacts {
    std::string entity{};
    Duration configured_every{};        // streams[].poll_every
    Duration poll_every{};              // the current interval
    bool stretched = false;             // to stay within the monthly quota
    Duration behind_for{};              // since it was last up to date with the portal, or since it began
    bool explained = false;             // another reason already explains why it is behind
    std::optional<Error> last_error{};  // of its last pass
};

// The facts that are checked regularly. Unknown ones are omitted.
struct ServiceFacts {
    Timestamp now{};
    std::vector<StreamFacts> streams{};
    std::uint64_t doubted = 0;  // records
    std::optional<ClockReport> clock{};
    std::optional<Error> unreadable{};           // why the store cannot be read
    std::optional<DiskUse> disk{};               // of the store
    double disk_warning = 0.1;                   // store.disk_warning
    std::optional<Timestamp> certificate_end{};  // of the SNS endpoint
    std::vector<Subscription> subscriptions{};   // of the configured topics
    bool confirms = true;                        // sns.confirm
};

// A certificate that expires within this time is a warning.
inline constexpr std::chrono::days kCertificateWarning{21};

ReasonMap judge(const ServiceFacts& facts);

}  // namespace carecloud
