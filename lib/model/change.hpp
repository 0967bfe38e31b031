// Decides whether an arriving version is stored, and under which name the change log records it. Every store uses these
// rules, so all stores agree (promise 2).
#pragma once

#include "base/timestamp.hpp"
#include "model/record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

enum class ChangeKind { created, updated, disabled, deleted, restored };

std::string_view to_string(ChangeKind kind);
std::optional<ChangeKind> change_kind_from(std::string_view text);

// How far the clocks of the portal's machines may differ: a `modified` beyond the portal's time by more than this is in
// the future.
inline constexpr Duration kClockTolerance = std::chrono::seconds(60);
// The period for which reversals, and changes that kept `modified`, are counted.
inline constexpr Duration kDay = std::chrono::hours(24);

// The version of a record that a store holds, with the relevant facts from its change history.
struct HeldVersion {
    std::optional<Timestamp> modified{};  // std::nullopt if the stored text does not parse (an older store)
    Hash hash{};
    ChangeKind last_change = ChangeKind::created;
    // The change that brought it is less than a day old and kept `modified`.
    bool unmoved = false;
    // The number of consecutive reversals (a replaced version returned), each within a day of the previous one and the
    // last within a day of now.
    std::uint64_t reversals = 0;
    // Set if the record is doubted: the portal's time from which on a response decides.
    std::optional<Timestamp> ask_at{};
    // The hash of the doubted version, if its `modified` equals that of the held one.
    std::optional<Hash> doubted{};
};

// An arriving version, and how it was requested.
struct Arrival {
    Timestamp modified;
    Hash hash{};
    bool disabled = false;
    Timestamp asked_at;      // the portal's time when the response was requested
    bool in_order = true;    // requested after the response that brought the held version was received
    bool on_demand = false;  // requested by an event or an operator
    // First returned for the current filter and fields; the held version may be in another format.
    bool first_met = false;
    bool had_before = false;  // an earlier change of the record, not its newest, brought the same version
    Duration overlap{0};      // the time after which every replica shows a version
};

enum class Verdict {
    take,       // store it, with one row in the change log
    unchanged,  // the held version
    doubt,      // it may be older than the one held: request the record again at `ask_at` (hazard 30)
    unsteady,   // its bytes differ in each response, its `modified` does not: one row per day is enough
};

struct Decision {
    Verdict verdict = Verdict::unchanged;
    ChangeKind kind = ChangeKind::updated;  // `take` only
    // `take` only: its number in a series of reversals; 0 if it is not a reversal.
    std::uint64_t reversal = 0;
    // The record is doubted until this time of the portal. std::nullopt: not or no longer doubted.
    std::optional<Timestamp> ask_at{};
};

// `held` is null if the store has never held the record. A version is taken if no replica of the portal can lag behind
// the one that returned it, otherwise doubted (lib/sync/DESIGN.md, hazards 22 and 30). A record held as `deleted` is
// restored by any version in a response that was requested after the deletion was confirmed.
Decision decide(const HeldVersion* held, const Arrival& arrival);

// The part of a change log row that a record's history needs.
struct PastChange {
    std::optional<Timestamp> modified{};
    Hash hash{};
    std::optional<Timestamp> committed_at{};
    std::uint64_t reversal = 0;
    std::uint64_t previous = 0;  // seq of the record's previous change; 0 if there is none
};
// Returns std::nullopt if the row was pruned.
using PastChanges = std::function<std::optional<PastChange>(std::uint64_t seq)>;

// Fills in the fields that depend on the record's history: `unmoved` and `reversals` of the held version, which
// `newest` brought, and `had_before` of the arriving one. `now` is the store's time. Reads at most the newest thousand
// changes.
void recall(HeldVersion& held, Arrival& arrival, PastChange newest, Timestamp now, const PastChanges& past);

// The responses that brought the newest changes, for the order of responses (hazard 22). In memory only, because that
// order is meaningful only within one run of the process.
class AnswerLog {
  public:
    // `seq`: the newest change of earlier runs.
    explicit AnswerLog(std::uint64_t seq = 0) : forgotten_to_(seq) {}

    // Records that `asked` brought all changes up to `last_seq` that are not recorded yet. Call in ascending order.
    void note(std::uint64_t last_seq, Asked asked);
    // Zero if the change is from an earlier run, or older than the newest kCommitsKept commits.
    Asked of(std::uint64_t seq) const;

  private:
    struct Commit {
        std::uint64_t last_seq = 0;
        Asked asked;
    };

    static constexpr std::size_t kCommitsKept = 4096;

    std::uint64_t forgotten_to_;  // changes up to this one are unknown
    std::deque<Commit> commits_;
};

}  // namespace carecloud
