// What becomes of a version that arrives: the one place that says when it is taken and what the change log
// calls it. Every store asks here, so that all of them agree (promise 2).
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

// How far clocks of the portal's machines may differ: a `modified` beyond the portal's time by more is in the future.
inline constexpr Duration kClockTolerance = std::chrono::seconds(60);
// How far back reversals, and changes that did not move `modified`, are counted.
inline constexpr Duration kDay = std::chrono::hours(24);

// The version a store holds of a record, and what its changes tell beyond that.
struct HeldVersion {
    std::optional<Timestamp> modified{};  // none where the stored text does not parse (an older store's)
    Hash hash{};
    ChangeKind last_change = ChangeKind::created;
    // The change that brought it is less than a day old and had not moved `modified`.
    bool unmoved = false;
    // How often in a row, each within a day of the one before and the last within a day of now, a version returned
    // after it had been replaced.
    std::uint64_t reversals = 0;
    // The record is doubted: the portal's time from which on an answer decides.
    std::optional<Timestamp> ask_at{};
    // The bytes of the doubted version, where it has the `modified` of the held one.
    std::optional<Hash> doubted{};
};

// A version that arrives, and how the portal was asked for it.
struct Arrival {
    Timestamp modified;
    Hash hash{};
    bool disabled = false;
    Timestamp asked_at;       // the portal's time when the answer was requested
    bool in_order = true;     // it was requested after the answer that brought the held version was received
    bool on_demand = false;   // an event or an operator asked for it
    bool first_met = false;   // by the stream's present filter and fields; the held one may be in other words
    bool had_before = false;  // a change of the record, other than the newest, brought this very version
    Duration overlap{0};      // after so long every replica shows a version
};

enum class Verdict {
    take,       // write it, with one row in the change log
    unchanged,  // the very version that is held
    doubt,      // it may be older than the one held: ask for the record again at `ask_at` (hazard 30)
    unsteady,   // its bytes differ in each answer and its `modified` does not move: one row a day is enough
};

struct Decision {
    Verdict verdict = Verdict::unchanged;
    ChangeKind kind = ChangeKind::updated;  // meaningful for `take` only
    std::uint64_t reversal = 0;             // of `take`: the how-manieth in a row this is; 0: it is none
    // The record is doubted until then by the portal's time. None: it is not doubted any more.
    std::optional<Timestamp> ask_at{};
};

// `held` is null where the store never saw the record. A version is taken where no replica of the portal can be behind
// the one that showed it, and doubted otherwise (lib/sync/DESIGN.md, hazards 22 and 30). A record held as `deleted` is
// restored by an answer requested after its denial, whatever the version.
Decision decide(const HeldVersion* held, const Arrival& arrival);

// A row of the change log, as far as a record's history is asked for.
struct PastChange {
    std::optional<Timestamp> modified{};
    Hash hash{};
    std::optional<Timestamp> committed_at{};
    std::uint64_t reversal = 0;
    std::uint64_t previous = 0;  // seq of the record's change before this one; 0: there was none
};
// None: the row was pruned.
using PastChanges = std::function<std::optional<PastChange>(std::uint64_t seq)>;

// Fills in what only a record's history tells: `unmoved` and `reversals` of the held version, which `newest` brought,
// and whether the record had the arriving one before. `now` is the store's time. Looks at the newest thousand changes.
void recall(HeldVersion& held, Arrival& arrival, PastChange newest, Timestamp now, const PastChanges& past);

// Which answer of the portal brought each of the newest changes: what the order of answers is told by (hazard 22). In
// memory alone, since no answer outlives the process that asked.
class AnswerLog {
  public:
    // `seq`: the newest change of the lives before.
    explicit AnswerLog(std::uint64_t seq = 0) : forgotten_to_(seq) {}

    // The changes up to `last_seq` that were not noted yet came with this answer. In ascending order.
    void note(std::uint64_t last_seq, Asked asked);
    // Zero: the change is an earlier life's, or was brought by an answer long before the newest ones.
    Asked of(std::uint64_t seq) const;

  private:
    struct Commit {
        std::uint64_t last_seq = 0;
        Asked asked;
    };

    static constexpr std::size_t kCommitsKept = 4096;

    std::uint64_t forgotten_to_;  // changes up to this one are not known
    std::deque<Commit> commits_;
};

}  // namespace carecloud
