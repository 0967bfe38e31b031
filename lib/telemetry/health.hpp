// Why the service is not ok, reason by reason, since when, and what each stream is doing: sent to systemd as one status
// line whenever it changes. service_state.hpp decides what is a reason and how severe it is. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "runtime/service_manager.hpp"
#include "telemetry/service_state.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class Health {
  public:
    // Both outlive it.
    Health(Notify& notify, const Clock& clock) : notify_(notify), clock_(clock) {}

    // What a stream is doing, in words for `systemctl status`.
    void doing(std::string_view stream, std::string text);
    // The stream came to the portal's end; `newest`: the `modified` of its newest record, none: it has no record.
    void at_end(std::string_view stream, std::optional<Timestamp> newest);
    // `key` identifies the reason and is not shown; the same key again replaces the words, and keeps since
    // when.
    void degrade(std::string_view key, Reason reason);
    void restore(std::string_view key);
    // What the key of a stream's reason is called if it lies in the store.
    static constexpr std::string_view kOfStore = "store";
    // Of a pass that failed.
    static constexpr std::string_view kOfPass = "pass";
    // The key of the reason that events cannot be stored.
    static constexpr std::string_view kOfEvents = "events";
    // Until the first pass of any stream has come to its end, ever.
    static constexpr std::string_view kNothingYet = "first pass";
    // The same of one stream; `what` distinguishes its reasons.
    void degrade_stream(std::string_view stream, std::string_view what, Reason reason);
    void restore_stream(std::string_view stream, std::string_view what);
    // A file of the configuration was refused: a warning, until it is replaced or, by an empty text, taken back.
    void remark(std::string text);
    // What a look at the facts has found, in place of what the last one did.
    void observe(ReasonMap found);
    // Another configuration is in use: reasons of the earlier one's streams and topics no longer count.
    void forget_configured();

    // The worst first.
    std::vector<Reason> reasons() const;
    // Of these, those that lie in the store: it takes no events either.
    std::vector<std::string> store_reasons() const;
    // Whether a reason says already why the stream is behind.
    bool explains(std::string_view stream) const;
    // "critical: …, for 3 h 20 min; remedy: … | claim_attendance: newest record 12 min old"
    std::string status() const;

  private:
    struct Doing {
        std::string text{};
        std::optional<Timestamp> newest{};
    };

    bool suffers(std::string_view stream) const;
    std::string words_of(const std::string& stream, const Doing& doing) const;
    void report();

    Notify& notify_;
    const Clock& clock_;
    ReasonMap reasons_;   // of what happened
    ReasonMap observed_;  // by the last look
    std::map<std::string, Doing, std::less<>> streams_;
    std::string reported_;
};

}  // namespace carecloud
