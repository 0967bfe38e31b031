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
#include "watches.hpp"

#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace carecloud {
namespace {

namespace asio = boost::asio;

// An exception out of a coroutine is a broken invariant: it ends the process through main.
void rethrow(const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

class Service {
  public:
    // All of these outlive it; the store is open.
    Service(const Options& options, Process& process, StoreHandle& store, InheritedSockets sockets,
            Settings settings);

    ExitCode run();

  private:
    Result<> listen();
    void make_engine();
    Task<> live();
    Task<> live_once();
    Task<> report_earlier_life();
    Task<> report_endpoints();
    void stop();
    void finish();

    const Options& options_;
    Process& process_;
    InheritedSockets sockets_;
    Storage storage_;
    CurrentSettings settings_;
    EngineSlot engine_;
    EventEndpoint endpoint_;
    DaemonHost host_;
    ApiEndpoint api_;
    Reload reload_;
    Watches watches_;
    std::unique_ptr<HttpServer> control_;
    std::unique_ptr<Signals> signals_;
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
      host_(process, storage_, settings_.now.configuration, engine_, endpoint_),
      api_(process.io,
           {.clock = process.clock,
            .reader = store.reader(),
            .feed = process.feed,
            .histories = process.histories,
            .host = host_,
            .started_at = process.started_at},
           process.log),
      reload_({.file = options.config,
               .once = options.once,
               .process = process,
               .sockets = sockets_,
               .settings = settings_,
               .engine = engine_,
               .endpoint = endpoint_,
               .api = api_}),
      watches_({.process = process,
                .storage = storage_,
                .configuration = settings_.now.configuration,
                .engine = engine_,
                .endpoint = endpoint_,
                .exit = [this](ExitCode code) {
                    process_.code = code;
                    stop();
                }}) {}

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
    engine_.start(std::make_unique<Engine>(
        process_.clock, *settings_.now.metered_portal, storage_.handle.store(), storage_.inbox,
        engine_settings(settings_.now.configuration, engine_), process_.pass_log));
}

// The engine until stop(), and after a reload another one with the new settings on the same store.
Task<> Service::live() {
    for (;;) {
        make_engine();
        co_await report_earlier_life();
        co_await report_endpoints();
        process_.notify.ready(process_.health.status());
        co_await engine_->run();
        engine_.end();
        if (stopping_ || !reload_.take_next()) break;
    }
    co_await api_.stop();
    // Until here events were made durable, and they are whenever they have got their 200.
    co_await endpoint_.stop();
    finish();
}

Task<> Service::live_once() {
    make_engine();
    const auto reports = co_await engine_->run_once();
    for (const PassReport& report : reports) {
        if (!report.error || report.error->code == ErrorCode::canceled) continue;
        process_.log.write(LogLevel::error, *report.error, {{"STREAM", report.stream}});
        if (process_.code != ExitCode::key_refused) process_.code = exit_code_of(*report.error);
    }
    finish();
}

// What an earlier life of the process left in the store: first passes, bounded passes and open events. What cannot be
// read is logged, and counts as not there.
Task<> Service::report_earlier_life() {
    Log& log = process_.log;
    Store& store = storage_.handle.store();
    const auto first_passes = co_await store.first_passes();
    if (first_passes) {
        engine_->recall_loaded(*first_passes);
        process_.pass_log.recall_loaded(!first_passes->empty());
    } else {
        log.write(LogLevel::warn, first_passes.error());
    }
    const auto passes = co_await store.passes();
    if (passes) process_.pass_log.recall(*passes, host_.entities());
    if (!passes) log.write(LogLevel::warn, passes.error());
    const auto open = co_await storage_.handle.inbox().count_open();
    if (!open) {
        log.write(LogLevel::warn, open.error());
    } else if (*open > 0) {
        log.write(LogLevel::info, "open events; they are settled when their records arrive",
                  {{"EVENTS_OPEN", *open}});
    }
}

// Where the API is, where events are received, and whether the topics are subscribed to.
Task<> Service::report_endpoints() {
    Log& log = process_.log;
    const Configuration& configuration = settings_.now.configuration;
    for (const std::string& unused : unused_sockets(sockets_, configuration))
        log.write(LogLevel::warn, unused);
    if (!api_.address().empty()) log.write(LogLevel::info, "API listening", {{"ADDRESS", api_.address()}});
    if (!configuration.sns) co_return;
    log.write(LogLevel::info, "SNS endpoint listening",
              {{"ADDRESS", endpoint_.address()}, {"PATH", configuration.sns->path}});
    auto loading = storage_.subscriptions.load();
    const Result<> loaded = co_await std::move(loading);
    if (!loaded) {
        log.write(LogLevel::warn, loaded.error());
        co_return;
    }
    for (const std::string& topic : configuration.sns->topic_arns)
        process_.event_log.recall(storage_.subscriptions.find(topic));
}

void Service::stop() {
    if (std::exchange(stopping_, true)) return;
    exit_soon_at_the_latest(process_.code);
    process_.log.write(LogLevel::info, "stopping");
    process_.notify.stopping("finishing the current page");
    if (engine_) engine_->stop();
    reload_.stop();
    watches_.stop();
}

// Nothing more to wait for: what keeps the io_context running is let go.
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
                       {{"STREAMS", configuration.streams.size()}, {"STORE", store_path(configuration)}});
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

// With the configuration valid, and its sockets here: what can fail is made first.
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
    if (const auto refused = cannot_run(loaded.configuration)) {
        log.write(LogLevel::error, *refused);
        return ExitCode::configuration;
    }
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
