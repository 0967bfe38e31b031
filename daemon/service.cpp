#include "service.hpp"

#include "api_endpoint.hpp"
#include "control.hpp"
#include "daemon_host.hpp"
#include "event_endpoint.hpp"
#include "open_store.hpp"
#include "process.hpp"
#include "reload.hpp"
#include "runtime/configuration.hpp"
#include "runtime/files.hpp"
#include "runtime/inherited_sockets.hpp"
#include "runtime/service_manager.hpp"
#include "settings.hpp"
#include "sync/leader/leased_portal.hpp"
#include "telemetry/start_report.hpp"
#include "watches.hpp"

#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace carecloud {
namespace {

namespace asio = boost::asio;

// An exception from a coroutine is a violated invariant: it ends the process through main.
void rethrow(const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

std::vector<std::string> topics_of(const Configuration& configuration) {
    return configuration.sns ? configuration.sns->topic_arns : std::vector<std::string>{};
}

class Service : Leader {
  public:
    // All must outlive it; the store is open.
    Service(const Options& options, Process& process, StoreHandle& store, InheritedSockets sockets,
            Settings settings);

    ExitCode run();

  private:
    Result<> listen();
    void make_engine();
    Task<> live();
    Task<> live_once();
    Task<Result<>> lead() override;
    void stop_leading() override;
    Task<Result<>> lead_once();
    Task<> report_start();
    void begin_standby();
    void report_addresses();
    void stop();
    void finish();

    const Options& options_;
    Process& process_;
    InheritedSockets sockets_;
    Storage storage_;
    CurrentSettings settings_;
    EngineSlot engine_;
    EventEndpoint endpoint_;
    Cluster cluster_;
    std::optional<LeasedPortal> portal_;  // of the engine that runs now
    ServiceParts parts_{process_, storage_, settings_, engine_, cluster_, endpoint_};
    DaemonHost host_;
    ApiParts api_parts_;
    ApiEndpoint api_;
    Api peer_api_;  // for requests of other daemons, whether or not this one has its own API
    Reload reload_;
    Watches watches_;
    StartReport start_report_;
    std::unique_ptr<HttpServer> control_;
    std::unique_ptr<Signals> signals_;
    bool addresses_due_ = true;  // they are logged with each configuration
    bool leading_ = false;
    bool stopping_ = false;
};

Service::Service(const Options& options, Process& process, StoreHandle& store, InheritedSockets sockets,
                 Settings settings)
    : options_(options),
      process_(process),
      sockets_(std::move(sockets)),
      storage_(store, process),
      settings_{.now = std::move(settings)},
      endpoint_(process.io,
                {.clock = process.clock,
                 .inbox = storage_.inbox,
                 .certificates = store.certificates(),
                 .subscriptions = storage_.subscriptions,
                 .engine = engine_,
                 .observer = process.event_log},
                [&log = process.log](const Error& error) { log.write(LogLevel::warn, error); }),
      cluster_(
          process, store, engine_, *this,
          [this](std::string request) { return peer_api_.carry_out(std::move(request)); },
          [this] { begin_standby(); }),
      host_(parts_),
      api_parts_{.clock = process.clock,
                 .reader = store.reader(),
                 .feed = process.feed,
                 .histories = process.histories,
                 .host = host_,
                 .started_at = process.started_at},
      api_(process.io, api_parts_, process.log),
      peer_api_(api_parts_, {}),
      reload_(parts_, api_, sockets_, {.file = options.config, .once = options.once},
              [this] {
                  addresses_due_ = true;
                  begin_standby();
              }),
      watches_(parts_,
               [this](ExitCode code) {
                   process_.code = code;
                   stop();
               }),
      start_report_({.log = process.log,
                     .store = store.store(),
                     .inbox = store.inbox(),
                     .subscriptions = storage_.subscriptions,
                     .pass_log = process.pass_log,
                     .event_log = process.event_log}) {
    process.event_log.set_subscription_listener([this] { watches_.check_health_soon(); });
}

Result<> Service::listen() {
    if (!options_.once) {
        auto staged = api_.stage(settings_.now.configuration.api);
        if (!staged) return staged.error();
        api_.take(std::move(*staged));
        control_ = listen_for_control(
            process_.io, [this] { return reload_.reload(); }, process_.log);
        Result<> applied = endpoint_.apply(settings_.now.configuration);
        if (!applied) return applied;
    }
    return {};
}

void Service::make_engine() {
    process_.histories.metrics.streams_begin(host_.entities(), process_.clock.now());
    portal_.emplace(*settings_.now.portal, cluster_.election());
    engine_.start(std::make_unique<Engine>(process_.clock, *portal_, storage_.handle.store(), storage_.inbox,
                                           engine_settings(settings_.now.configuration, engine_),
                                           process_.pass_log));
}

Task<> Service::live() {
    auto running = cluster_.run();
    co_await std::move(running);
    co_await api_.stop();
    // The endpoint stops last, so events could be stored until here. Each one acknowledged with 200 is durable.
    co_await endpoint_.stop();
    finish();
}

// The engine until stop_leading(), and after a reload another one with the new settings on the same store.
Task<Result<>> Service::lead() {
    if (options_.once) co_return co_await lead_once();
    leading_ = !stopping_;
    bool lost = false;
    engine_.forget_former();
    while (leading_) {
        make_engine();
        auto reporting_passes = start_report_.passes(*engine_, host_.entities());
        co_await std::move(reporting_passes);
        auto reporting = report_start();
        co_await std::move(reporting);
        co_await engine_->run();
        lost = engine_->is_lost();
        engine_.end();
        const bool reloaded = !stopping_ && reload_.take_next();
        addresses_due_ = addresses_due_ || reloaded;
        leading_ = leading_ && reloaded && !lost;
    }
    if (lost) co_return store_lost_error("run the engine");
    co_return Result<>{};
}

void Service::stop_leading() {
    leading_ = false;
    if (engine_) engine_->stop();
}

// Everything else runs as on the daemon with the engine.
void Service::begin_standby() {
    asio::co_spawn(process_.io, report_start(), rethrow);
}

// Reports the start with the current configuration, whether or not the engine runs here.
Task<> Service::report_start() {
    if (std::exchange(addresses_due_, false)) report_addresses();
    auto reporting_topics = start_report_.topics(topics_of(parts_.configuration()));
    co_await std::move(reporting_topics);
    watches_.check_health_soon();
    if (!stopping_) process_.notify.ready(process_.health.status());
}

Task<> Service::live_once() {
    auto running = cluster_.run_once();
    const Result<> led = co_await std::move(running);
    if (!led) {
        process_.log.write(LogLevel::error, led.error());
        process_.code = exit_code_after(process_.code, led.error());
    }
    finish();
}

Task<Result<>> Service::lead_once() {
    make_engine();
    const auto reports = co_await engine_->run_once();
    for (const PassReport& report : reports) {
        if (!report.error || report.error->code == ErrorCode::canceled) continue;
        process_.log.write(LogLevel::error, *report.error, {{"STREAM", report.stream}});
        process_.code = exit_code_after(process_.code, *report.error);
    }
    auto pruning = watches_.prune_store_now();
    co_await std::move(pruning);
    co_return Result<>{};
}

// Logs the addresses of the API and the SNS endpoint.
void Service::report_addresses() {
    Log& log = process_.log;
    const Configuration& configuration = parts_.configuration();
    for (const std::string& unused : unused_sockets(sockets_, configuration))
        log.write(LogLevel::warn, unused);
    if (!api_.address().empty()) log.write(LogLevel::info, "API listening", {{"ADDRESS", api_.address()}});
    if (configuration.sns)
        log.write(LogLevel::info, "SNS endpoint listening",
                  {{"ADDRESS", endpoint_.address()}, {"PATH", configuration.sns->path}});
}

void Service::stop() {
    if (std::exchange(stopping_, true)) return;
    exit_soon_at_the_latest(process_.code);
    process_.log.write(LogLevel::info, "stopping");
    process_.notify.stopping("finishing the current page");
    cluster_.stop();
    reload_.stop();
    watches_.stop();
}

// Nothing is left to wait for: releases what keeps the io_context running.
void Service::finish() {
    stopping_ = true;
    reload_.stop();
    watches_.stop();
    control_.reset();
    signals_->close();
}

ExitCode Service::run() {
    const Result<> listening = listen();
    if (!listening) {
        process_.log.write(LogLevel::error, listening.error());
        return exit_code_of(listening.error());
    }
    signals_ = std::make_unique<Signals>(
        process_.io, SignalHandlers{.stop = [this](int) { stop(); }, .reload = [this] { reload_.reload(); }});
    const Configuration& configuration = settings_.now.configuration;
    process_.log.write(LogLevel::info, "carecloud-syncd " CARECLOUD_VERSION " starting",
                       {{"STREAMS", configuration.streams.size()}, {"STORE", store_text(configuration)}});
    asio::co_spawn(process_.io, options_.once ? live_once() : live(), rethrow);
    asio::co_spawn(process_.io, reload_.watch_files(), rethrow);
    asio::co_spawn(process_.io, watches_.watch_store(), rethrow);
    asio::co_spawn(process_.io, watches_.feed_watchdog(), rethrow);
    if (!options_.once) asio::co_spawn(process_.io, watches_.watch_health(), rethrow);
    if (!options_.once) asio::co_spawn(process_.io, watches_.prune_store(), rethrow);
    process_.io.run();
    storage_.handle.close();
    process_.log.write(LogLevel::info, "stopped");
    return process_.code;
}

// Called with a valid configuration and sockets. First creates what can fail.
ExitCode run_process(const Options& options, Log& log, Configuration configuration,
                     InheritedSockets sockets) {
    Process process(log);
    auto settings = prepare_settings(std::move(configuration), sockets, process);
    if (!settings) {
        log.write(LogLevel::error, settings.error());
        return ExitCode::configuration;
    }
    process.histories.metrics.configured(true, process.started_at);
    const auto store = open_store(settings->configuration, process.clock);
    if (!store) {
        log.write(LogLevel::error, store.error());
        return exit_code_of(store.error());
    }
    if (const std::string notice = (*store)->notice(); !notice.empty()) log.write(LogLevel::warn, notice);
    Service service(options, process, **store, std::move(sockets), std::move(*settings));
    return service.run();
}

}  // namespace

ExitCode run_service(const Options& options) {
    LoadedConfiguration loaded = load_configuration(options.config);
    if (!loaded.ok()) {
        std::cerr << report(loaded.file, loaded.problems) << "\n";
        return ExitCode::configuration;
    }
    Log log(loaded.configuration.log);
    for (const ConfigProblem& warning : loaded.warnings)
        log.write(LogLevel::warn, warning.message(loaded.file));
    ignore_broken_pipes();
    raise_descriptor_limit();
    Result<InheritedSockets> sockets = InheritedSockets();
    if (!options.once) sockets = take_inherited_sockets();
    if (!sockets) {
        log.write(LogLevel::error, sockets.error());
        return exit_code_of(sockets.error());
    }
    return run_process(options, log, std::move(loaded.configuration), std::move(*sockets));
}

}  // namespace carecloud
