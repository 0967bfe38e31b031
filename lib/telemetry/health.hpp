// The reasons why the service is not ok, with their start times, and the activity of each stream. Sends systemd a
// status line whenever it changes. service_state.hpp decides what is a reason and how severe it is. I/O thread only.
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
    // Both must outlive this object.
    Health(Notify& notify, const Clock& clock) : notify_(notify), clock_(clock) {}

    // Sets the activity of a stream, for `systemctl status`.
    void doing(std::string_view stream, std::string text);
    // The stream reached the portal's end. `newest`: the `modified` of its newest record; empty if it has no records.
    void at_end(std::string_view stream, std::optional<Timestamp> newest);
    // `key` identifies the reason and is not shown. Using a key again replaces the text, but keeps the start time.
    void degrade(std::string_view key, Reason reason);
    void restore(std::string_view key);
    // The key of a stream's reason if the store caused it.
    static constexpr std::string_view kOfStore = "store";
    // The key of a stream's reason if a pass failed.
    static constexpr std::string_view kOfPass = "pass";
    // The key of the reason that events cannot be stored.
    static constexpr std::string_view kOfEvents = "events";
    // The key of the reason that no first pass has completed, for any stream, ever.
    static constexpr std::string_view kNothingYet = "first pass";
    // The same for one stream; `what` distinguishes its reasons.
    void degrade_stream(std::string_view stream, std::string_view what, Reason reason);
    void restore_stream(std::string_view stream, std::string_view what);
    // A file of the configuration was refused: a warning, until the text is replaced, or removed by an empty one.
    void remark(std::string text);
    // Replaces the reasons that the previous check of the facts found.
    void observe(ReasonMap found);
    // Of a store with several daemons, what this one does in words; empty: it runs the engine, which is not said.
    void set_role(std::string text);
    // The configuration was replaced: removes the reasons of the previous one's streams and topics.
    void forget_configured();

    // The most severe first.
    std::vector<Reason> reasons() const;
    // Those caused by the store, which then stores no events either.
    std::vector<std::string> store_reasons() const;
    // Whether another reason already explains why the stream is behind.
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
    ReasonMap reasons_;   // caused by past events
    ReasonMap observed_;  // found by the last check
    std::map<std::string, Doing, std::less<>> streams_;
    std::string role_;
    std::string reported_;
};

}  // namespace carecloud
