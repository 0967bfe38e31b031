// A simulated world while it runs (world.hpp): everything that happens in it, in order. Single threaded.
#pragma once

#include "simulation/announcer.hpp"
#include "simulation/bounded_checks.hpp"
#include "simulation/checks.hpp"
#include "simulation/life.hpp"
#include "simulation/pass_watch.hpp"
#include "simulation/report_checks.hpp"
#include "simulation/rest.hpp"
#include "simulation/world.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace carecloud {

class RunningWorld : Observer {
  public:
    RunningWorld(const WorldSettings& settings, const Trace& trace)
        : settings_(drawn(settings)),
          trace_(trace),
          random_(settings.seed),
          rare_random_(settings.seed ^ kRareSeed),
          plan_(make_plan(settings_, random_)),
          now_(plan_.start),
          model_(plan_.dialect),
          replica_(plan_.dialect, plan_.lag.count() / 100, settings_.has(Fault::lag)),
          weather_(settings_, plan_, model_, replica_, exposures_, random_,
                   [this] { say(writers_.change_some()); }),
          requests_(plan_.rate, plan_.start, plan_.has_true_clock()),
          announcer_(settings_, random_, agenda_,
                     [this](const Event& event, std::function<void(bool)> answered) {
                         if (life_) deliver(event, std::move(answered));
                     }),
          writers_(model_, replica_, settings_, plan_, random_,
                   [this](const std::string& entity, const std::string& id, const Written& record) {
                       weather_.leave_out(std::nullopt);  // a write may repair the index
                       if (live_) announcer_.announce(entity, id, record, now());
                   }),
          checks_(settings_, plan_, model_, writers_, exposures_, *store_, *inbox_),
          bounded_checks_(plan_, model_, writers_, exposures_, checks_, *store_),
          variant_(first_variant(plan_)) {}

    WorldReport run();

  private:
    void pass_begins(std::string_view stream) override {
        passes_.began(std::string(stream), now());
        report_checks_.pass_began(std::string(stream), weather_.hits(), now());
    }
    void pass_ended(const PassReport& report) override;
    void backing_off(const PassReport& report, Duration pause) override;
    void push_silent(std::string_view stream, bool silent) override;
    void bounded_pass(const Job& pass) override;
    void clocks(const ClockReport& report) override { report_checks_.clocks(report); }
    void failed(const Error& error) override { say("outside the passes: " + error.message()); }

    Timestamp now() const { return life_ ? life_->now() : now_; }
    // Builds the text only if it is printed.
    template <class Text>
    void say(Text text);
    void broken(const std::string& what);

    // A daemon starts, unless another one owns the store.
    void start_life();
    void end_life();
    void kill_life();
    void stop_life();
    void stopped_life();
    void deliver(const Event& event, std::function<void(bool)> answered);
    // Runs the daemon until the next action of the world.
    void advance();
    // Runs the action repeatedly from now on, at random times, until the rest.
    void repeat(Duration mean, std::function<void()> action);
    void begin();
    void begin_daemon_troubles();
    void begin_rare_troubles();
    void repeat_rare(Duration mean, std::function<void()> action);
    void begin_rare_spell();
    // SIGHUP, repeatedly for a while.
    void reload_until(Timestamp until, Duration every);
    // Checks that scheduled reconciliations begin, however often the configuration is reloaded.
    void begin_reloads_at_rest();
    void look_for_reconciliations();
    void crashed_life();
    void confirm(const Job& unconfirmed);
    // A wrong version may still be doubted: hours pass before the portal's answer is accepted (hazard 30).
    bool has_patience() const;
    void write_at_rest();
    void repeat_rival();
    // The record of the stream that the portal's listings omit during a bounded pass.
    std::optional<LeftOut> hole_in(const std::string& stream);
    void request_some();
    void request_at_rest(Job pass);
    bool can_be_asked(const std::string& stream) const;
    void rest();
    void look_at_rest();
    // The world is at rest: checks what must be true now, and requests the next bounded passes.
    void rested();
    bool goes_on() const { return !over_ && !report_.broken; }

    const WorldSettings settings_;
    const Trace& trace_;
    static constexpr std::uint64_t kRareSeed = 0x776f726c64U;

    Random random_;
    Random rare_random_;  // random numbers of the rare faults
    // Separate random numbers: the worlds of known seeds stay the same.
    Random rival_random_{settings_.seed};
    Random hole_random_{settings_.seed};
    WorldPlan plan_;
    Timestamp now_;
    Agenda agenda_;
    PortalModel model_;
    Replica replica_;
    Exposures exposures_;
    Weather weather_;
    RequestMeter requests_;
    PassWatch passes_{[this](const std::string& what) { broken(what); }};
    Rest rest_;
    std::shared_ptr<MemoryStoreContent> store_ = std::make_shared<MemoryStoreContent>();
    std::shared_ptr<MemoryInboxContent> inbox_ = std::make_shared<MemoryInboxContent>();
    Announcer announcer_;
    Writers writers_;
    Checks checks_;
    BoundedChecks bounded_checks_;
    ReportChecks report_checks_{plan_, writers_, exposures_, checks_, *store_};
    StreamVariant variant_;
    WorldReport report_;
    std::unique_ptr<Life> life_;
    std::size_t kill_in_steps_ = 0;  // 0: it is not killed
    Timestamp stopped_at_{};  // when the daemon is told to stop, or after an exception; it has not ended
    bool reloading_ = false;  // it restarts immediately after its end
    std::set<std::string> unreconciled_;  // streams without a scheduled reconciliation since the rest began
    bool counts_exactly_ = true;          // no request was counted without being sent
    bool live_ = false;                   // the portal's initial content is complete
    bool resting_ = false;
    Checks::After rests_after_ = Checks::After::polls;
    Timestamp requested_at_{};
    Timestamp looked_at_{INT64_MIN};    // last unsuccessful comparison of everything, at rest
    std::size_t unsaved_requests_ = 0;  // for bounded passes at rest that have no id yet
    std::set<std::uint64_t> awaited_;   // those that are not done
    bool over_ = false;                 // everything is at rest, or had enough time
};

template <class Text>
void RunningWorld::say(Text text) {
    if (trace_) trace_(now().to_string_ms() + "  " + std::string(text));
}

}  // namespace carecloud
