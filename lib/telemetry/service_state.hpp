// How the service is: ok, warning (it works, but somebody should look) or critical (it does not do its work), with the
// reasons. The one place that decides it: facts in, reasons out. Pure.
//
//     const ReasonMap found = judge({.now = now, .streams = {{.entity = "claim", .behind_for = 20min}}});
//     worst(reasons)              // ServiceState::warning
//     status_line(reasons, now)   // "warning: claim is behind …, for 20 min; remedy: …"
//
// /readyz is 200 if and only if no reason is critical.
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

// In the order of severity. The numbers are those of carecloud_state and the exit codes of `carecloudctl status`.
enum class ServiceState : int { ok = 0, warning = 1, critical = 2 };

std::string_view to_string(ServiceState state);

struct Reason {
    ServiceState state = ServiceState::critical;
    // With a stream, what follows its name: "waiting: HTTP 403 Forbidden (key_refused)".
    std::string text{};
    std::string remedy{};  // what to do about it
    std::string stream{};  // the entity; empty: it concerns the whole service
    Timestamp since{};     // 0: since it was first found
};

// By a key that distinguishes the reasons and is not shown.
using ReasonMap = std::map<std::string, Reason, std::less<>>;
// What the keys of the subscriptions' reasons begin with.
inline constexpr std::string_view kOfSubscriptions = "subscription ";

// Whether a pass that failed so is critical: what does not pass on its own, or is wrong on this side. A portal that is
// away for a while is not: nobody here can do anything about it.
bool is_critical(const Error& error);
bool is_store_error(ErrorCode code);
// The error as a reason: `text` is `what` and the error without its operation, which names the stream once more.
Reason reason_of(std::string_view what, const Error& error);

// "claim waiting: HTTP 403 Forbidden (key_refused)"
std::string sentence(const Reason& reason);
// What /readyz says of it: the sentence and the remedy.
std::string sentence_with_remedy(const Reason& reason);

// The worst of their states; ok without any.
ServiceState worst(const std::vector<Reason>& reasons);
// One line for `systemctl status`: "ok", or the reasons in their order, each with its duration and its remedy. What
// several streams have in common is said once.
std::string status_line(const std::vector<Reason>& reasons, Timestamp now);

struct StreamFacts {
    std::string entity{};
    Duration configured_every{};        // streams[].poll_every
    Duration poll_every{};              // as it is now
    bool stretched = false;             // because the month's quota has to last
    Duration behind_for{};              // since it was last at the portal's end, or since it began
    bool explained = false;             // a reason of its own says already why it is behind
    std::optional<Error> last_error{};  // of its last pass
};

// What is looked at from time to time. What is not known is left out.
struct ServiceFacts {
    Timestamp now{};
    std::vector<StreamFacts> streams{};
    std::uint64_t doubted = 0;  // records
    std::optional<ClockReport> clock{};
    std::optional<Error> unreadable{};           // why the store cannot be read
    std::optional<DiskUse> disk{};               // of the store
    std::optional<Timestamp> certificate_end{};  // of the SNS endpoint
    std::vector<Subscription> subscriptions{};   // of the configured topics
    bool confirms = true;                        // sns.confirm
};

// How long before its end a certificate is a warning.
inline constexpr std::chrono::days kCertificateWarning{21};

ReasonMap judge(const ServiceFacts& facts);

}  // namespace carecloud
