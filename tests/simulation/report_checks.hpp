// What must be reported to operators (promise 7): if the store or the world shows that an assumption of the engine did
// not hold, its reports must contain that. Checked only if nothing prevented a report: no kill, no stop, no failed
// store, no bounded pass concurrent with the stream's own.
#pragma once

#include "model/job.hpp"
#include "simulation/checks.hpp"
#include "simulation/weather.hpp"
#include "support/memory_store/memory_store.hpp"
#include "sync/walk/observer.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace carecloud {

class ReportChecks {
  public:
    // Both must outlive it.
    ReportChecks(const WorldPlan& plan, const Writers& writers, const Exposures& exposures,
                 const Checks& checks, const MemoryStoreContent& store)
        : plan_(plan), writers_(writers), exposures_(exposures), checks_(checks), store_(store) {}

    // The number of faults of a kind so far.
    using Hits = std::map<Fault, std::size_t>;

    void new_life(const Hits& hits);
    void pass_began(const std::string& stream, const Hits& hits, Timestamp now);
    // A bounded pass of the stream begins or ends: its commits are not those of the stream's own pass.
    void bounded_pass(const std::string& stream, bool under_way);
    void clocks(const ClockReport& report);
    // Checks the report of a pass. `held_since`: when the portal requested the long wait that is still active;
    // std::nullopt: there is none.
    std::optional<std::string> pass_ended(const PassReport& report, const Hits& hits,
                                          std::optional<Timestamp> held_since);
    // Checks a bounded pass that is done. `left_out`: the record that no listing has contained since it began.
    std::optional<std::string> bounded_pass_ended(const Job& pass,
                                                  const std::optional<LeftOut>& left_out) const;

  private:
    // The store's content for a stream when its pass began.
    struct Before {
        std::optional<StreamState> state{};
        std::size_t changes = 0;
        std::map<std::string, std::string> doubted{};  // the doubted `modified`, by id
        std::size_t store_faults = 0;
        std::uint64_t unsteady = 0;  // skipped versions, in total
    };

    std::optional<StreamState> state_of(const std::string& stream) const;
    std::map<std::string, std::string> doubted_of(const std::string& stream) const;
    std::optional<std::string> check_records(const PassReport& report, const Before& before) const;
    std::optional<std::string> check_state(const PassReport& report, const Before& before) const;
    std::optional<std::string> check_clocks(const Hits& hits) const;
    std::optional<std::string> check_hold(const PassReport& report,
                                          std::optional<Timestamp> held_since) const;
    std::uint64_t unsteady_of(const std::string& stream) const;

    const WorldPlan& plan_;
    const Writers& writers_;
    const Exposures& exposures_;
    const Checks& checks_;
    const MemoryStoreContent& store_;
    std::map<std::string, Before> before_;  // by stream, while its pass runs
    std::map<std::string, Timestamp> began_;
    // In this life.
    bool clocks_doubted_ = false;
    std::size_t date_faults_ = 0;  // before this life
    std::map<std::string, std::size_t> good_passes_;
    std::set<std::string> bounded_;  // streams with a running bounded pass
};

}  // namespace carecloud
