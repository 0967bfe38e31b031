// Settles a stream's events after a pass: based on the records that the pass returned, and by requesting the events'
// records by id (lib/sync/DESIGN.md, promise 4; hazards 16 and 29). An event is settled only by a response that was
// requested after it arrived, so the events are loaded before the pass. Records that are found this way are stored like
// any version; the cursor is unchanged. Also requests doubted and apparently missing records again (recheck.hpp). I/O
// thread only.
//
//     co_await resolver.begin();
//     PassReport report = co_await run_pass(…);
//     report.events = co_await resolver.run(report, polled);
#pragma once

#include "store/inbox.hpp"
#include "sync/walk/context.hpp"
#include "sync/walk/observer.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace carecloud {

class Fetcher;

class EventResolver {
  public:
    // All of these must outlive it.
    EventResolver(PassContext context, Inbox& inbox, const PassSettings& settings, StreamMemory& memory)
        : context_(context), inbox_(inbox), settings_(settings), memory_(memory) {}

    // Before a pass: loads the events that it may settle. Throws operation_aborted when canceled.
    Task<> begin();
    // After that pass has reached its end. `polled`: the timer requested the pass. Throws operation_aborted when
    // canceled.
    Task<SettleReport> run(const PassReport& pass, bool polled);
    // Between the two, during a wide load, which may take hours: queries by id for the records of open events, a few
    // times each. `state`: the stream's row. Throws operation_aborted when canceled.
    Task<SettleReport> run_during_load(StreamState state);

  private:
    // What is remembered of an open event between passes.
    struct Look {
        std::size_t passes = 0;
        MonoTime next{};             // earlier passes do not count as a check
        bool confirmed = false;      // its record was requested by id during the quick polls
        std::size_t retrievals = 0;  // individual requests for its record
        bool settled = false;        // by run_during_load()
        std::optional<Timestamp>
            omitted_at{};  // when queries with the stream's filter first omitted its record
    };
    struct Waiting;
    struct Round;

    Task<Result<>> recheck(Round& round, Timestamp now);
    Task<Result<>> settle_open(Round& round, bool polled);
    Task<Result<>> settle_held(Round& round);
    Task<Result<>> ask(Round& round);
    Task<Result<>> fetch_shown(Round& round);
    Task<Result<>> take_shown(Round& round, const Dialect& dialect);
    Task<Result<>> settle_shown(Round& round);
    Task<Result<std::map<std::string, Key>>> list(Round& round, const StreamSpec& spec,
                                                  const std::set<std::string>& wanted);
    std::vector<Waiting*> left_out(Round& round) const;
    Task<Result<>> ask_omitted(Round& round);
    Task<Result<>> judge(Round& round, std::vector<Waiting*> omitted, std::map<std::string, Key> keys);
    Task<Result<>> ask_one_by_one(Round& round);
    Task<Result<PagePtr>> find(Round& round, const std::string& id);
    Task<Result<bool>> is_shown(Round& round, const std::string& id);
    Task<Result<bool>> is_doubted(const Round& round, std::string id);
    Task<Result<>> retrieve(Round& round, Waiting& waiting);
    Task<Result<>> judge_omitted(Round& round, Waiting& waiting, const Page& page);
    Task<Result<std::set<std::string>>> find_in_other_form(Round& round, std::vector<Key> keys);
    Task<Result<>> store(Round& round, PagePtr page);
    Task<Result<>> write(Round& round);
    std::optional<Dialect> dialect_of(const Round& round) const;
    void note_looks(Round& round, bool polled);
    void note_looks_during_load(Round& round);

    PassContext context_;
    Inbox& inbox_;
    const PassSettings& settings_;
    StreamMemory& memory_;
    Result<std::vector<OpenEvent>> open_{std::vector<OpenEvent>()};  // when the pass began
    MonoTime began_{};
    std::map<std::string, Look> looks_;              // of open events, by MessageId
    std::map<std::string, Look> looks_during_load_;  // the same, also of those it settled
};

}  // namespace carecloud
