#include "service.hpp"

#include "api_endpoint.hpp"
#include "control.hpp"
#include "daemon_host.hpp"
#include "engine_slot.hpp"
#include "event_endpoint.hpp"
#include "health_watch.hpp"
#include "heartbeat.hpp"
#include "metered_parts.hpp"
#include "portal_log.hpp"
#include "recall.hpp"
#include "runtime/configuration.hpp"
#include "runtime/files.hpp"
#include "runtime/inherited_sockets.hpp"
#include "runtime/log.hpp"
#include "runtime/machine_use.hpp"
#include "runtime/notify.hpp"
#include "runtime/signals.hpp"
#include "runtime/system_clock.hpp"
#include "runtime/text.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "store_watch.hpp"
#include "telemetry/health.hpp"
#include "telemetry/metered_portal.hpp"
#include "watched_files.hpp"
#include "wiring.hpp"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace carecloud {
namespace {

namespace asio = boost::asio;

constexpr Duration kFilesLookEvery = std::chrono::seconds(10);
// An exception out of a coroutine is a broken invariant: it ends the process through main.
void rethrow(const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
}

// What the configuration asks for, made ready: valid, with a portal that has its key.
struct Prepared {
    Configuration configuration;
    std::unique_ptr<HttpPortal> portal;
    std::unique_ptr<MeteredPortal> metered_portal;
    WatchedFiles files;
};

class Service {
  public:
    Service(const Options& options, Log& log, InheritedSockets sockets)
        : options_(options),
          log_(log),
          sockets_(std::move(sockets)),
          clock_(io_),
          pass_log_(log, health_, clock_, books_),
          event_log_(log, health_, clock_, books_) {}

    ExitCode run(Configuration configuration);

  private:
    Result<> open_store();
    Result<> listen();
    Result<Prepared> prepare(Configuration configuration);
    Result<Prepared> connect(Configuration configuration);
    Result<> apply(Result<Prepared> prepared);
    void make_engine();
    Task<> live();
    Task<> live_once();
    Task<> tell_inbox();
    Task<> watch_files();
    void use_changed_key();
    void use_changed_files();
    std::string reload();
    void stop();
    void finish();

    const Options& options_;
    Log& log_;
    InheritedSockets sockets_;
    asio::io_context io_{1};
    SystemClock clock_;
    Notify notify_;
    Health health_{notify_, clock_};
    Histories books_;
    const Timestamp started_at_ = clock_.wall();
    PassLog pass_log_;
    EventLog event_log_;
    ChangeFeed feed_{clock_};
    std::unique_ptr<SqliteStore> store_;
    std::unique_ptr<SqliteReader> reader_;  // closed before the store
    std::unique_ptr<MeteredParts> metered_;
    std::unique_ptr<Subscriptions> subscriptions_;
    std::unique_ptr<EventEndpoint> endpoint_;
    Prepared now_;
    std::optional<Prepared> next_;  // after a reload, once the engine has come to rest
    EngineSlot engine_;
    DaemonHost host_{health_, subscriptions_, now_.configuration, engine_, store_, endpoint_};
    std::unique_ptr<ApiEndpoint> api_;
    std::unique_ptr<HttpServer> control_;
    std::unique_ptr<Signals> signals_;
    std::unique_ptr<Heartbeat> heartbeat_;
    std::unique_ptr<Alarm> files_alarm_;
    std::unique_ptr<StoreWatch> store_watch_;
    std::unique_ptr<HealthWatch> health_watch_;
    std::optional<FileStamp> key_stamp_;
    bool stopping_ = false;
    ExitCode code_ = ExitCode::ok;
};

Result<Prepared> Service::prepare(Configuration configuration) {
    const Result<> inherited = use_inherited(sockets_, configuration);
    if (!inherited) return inherited.error();
    listen_by_default(configuration.api);
    return connect(std::move(configuration));
}

Result<Prepared> Service::connect(Configuration configuration) {
    WatchedFiles files(configuration);
    auto portal = make_portal(configuration, clock_, portal_log(log_));
    if (!portal) return portal.error();
    auto metered = std::make_unique<MeteredPortal>(**portal, clock_, books_.metrics);
    return Prepared{std::move(configuration), std::move(*portal), std::move(metered), std::move(files)};
}

void Service::make_engine() {
    books_.metrics.streams_begin(host_.entities(), clock_.now());
    engine_.start(std::make_unique<Engine>(clock_, *now_.metered_portal, metered_->store, metered_->inbox,
                                           engine_settings(now_.configuration, engine_.hold()), pass_log_));
}

// The engine until stop(), and after a reload another one with the new settings on the same store.
Task<> Service::live() {
    for (;;) {
        make_engine();
        co_await tell_inbox();
        notify_.ready(health_.status());
        co_await engine_->run();
        engine_.end();
        if (stopping_ || !next_) break;
        now_ = std::move(*next_);
        next_.reset();
        health_.forget_streams();
        key_stamp_ = file_stamp(now_.configuration.portal.api_key_file);
        log_.apply(now_.configuration.log);
        log_.write(LogLevel::info, "reloaded", {{"STREAMS", now_.configuration.streams.size()}});
    }
    co_await api_->stop();
    // Until here events were made durable, and they are whenever they have got their 200.
    co_await endpoint_->stop();
    finish();
}

Task<> Service::live_once() {
    make_engine();
    const auto reports = co_await engine_->run_once();
    for (const PassReport& report : reports) {
        if (!report.error || report.error->code == ErrorCode::canceled) continue;
        log_.write(LogLevel::error, *report.error, {{"STREAM", report.stream}});
        if (code_ != ExitCode::key_refused) code_ = exit_code_of(*report.error);
    }
    finish();
}

// What an earlier life left, where the API is, and where events are received.
Task<> Service::tell_inbox() {
    auto recalling = recall_earlier_life(*store_, pass_log_, log_, host_.entities());
    co_await std::move(recalling);
    for (const std::string& unused : unused_sockets(sockets_, now_.configuration))
        log_.write(LogLevel::warn, unused);
    if (!api_->address().empty()) log_.write(LogLevel::info, "API listening", {{"ADDRESS", api_->address()}});
    if (!now_.configuration.sns) co_return;
    log_.write(LogLevel::info, "SNS endpoint listening",
               {{"ADDRESS", endpoint_->address()}, {"PATH", now_.configuration.sns->path}});
    auto topics = recall_subscriptions(*subscriptions_, event_log_, log_, now_.configuration.sns->topic_arns);
    co_await std::move(topics);
}

// Keys and certificates are changed by replacing their files: the new ones are in use within seconds (hazard 10).
Task<> Service::watch_files() {
    while (!stopping_) {
        const MonoTime next_look = clock_.now() + kFilesLookEvery;
        co_await files_alarm_->wait_until(next_look);
        // What a reload has just read waits for the engine to come to rest.
        if (stopping_ || next_) continue;
        const auto stamp = file_stamp(now_.configuration.portal.api_key_file);
        if (stamp && stamp != key_stamp_) {
            key_stamp_ = stamp;
            use_changed_key();
        }
        use_changed_files();
    }
}

void Service::use_changed_key() {
    auto key = read_secret_file(now_.configuration.portal.api_key_file);
    const Result<> set = key ? now_.portal->set_api_key(std::move(*key)) : Result<>(key.error());
    if (!set) {
        log_.write(LogLevel::error, set.error());
        return;
    }
    log_.write(LogLevel::info, "API key file changed, new key in use");
    if (engine_) engine_->forgive();
}

void Service::use_changed_files() {
    const std::vector<std::string> changed = now_.files.changed();
    if (changed.empty() || options_.once) return;
    const Result<> applied = apply(connect(now_.configuration));
    for (const std::string& file : changed) {
        if (applied)
            log_.write(LogLevel::info, "file changed, new content in use", {{"FILE", file}});
        else
            log_.write(LogLevel::error, "file changed but is unusable, previous content stays in use",
                       {{"FILE", file}, {"REASON", applied.error().message()}});
    }
    if (!applied)
        health_.remark("a changed file is unusable, its previous content stays in use: " +
                       applied.error().message());
}

// The endpoints and the portal as prepared, from now on; the engine follows once it rests. An error changes nothing.
Result<> Service::apply(Result<Prepared> prepared) {
    if (!prepared) return prepared.error();
    auto staged = api_->stage(prepared->configuration.api);
    if (!staged) return staged.error();
    // The last that can fail: afterwards the new settings are those of the endpoints, too.
    const Result<> applied = endpoint_->apply(prepared->configuration);
    if (!applied) return applied.error();
    api_->take(std::move(*staged));
    health_.remark({});
    next_ = std::move(*prepared);
    if (engine_) engine_->stop();
    return {};
}

// Why it was refused, a problem a line; empty: it was not.
std::string Service::reload() {
    if (stopping_ || options_.once) return "the service is stopping";
    notify_.reloading();
    LoadedConfiguration loaded = load_configuration(options_.config);
    std::string refused = why_no_reload(loaded, now_.configuration);
    if (refused.empty()) {
        const Result<> applied = apply(prepare(std::move(loaded.configuration)));
        if (!applied) refused = applied.error().message();
    }
    books_.metrics.configured(refused.empty(), clock_.wall());
    if (refused.empty()) return refused;
    const std::string reason = one_line(refused);
    log_.write(LogLevel::error, "reload refused, the current settings stay in use", {{"REASON", reason}});
    health_.remark("reload refused, the current settings stay in use: " + reason);
    notify_.ready(health_.status());
    return refused;
}

void Service::stop() {
    if (std::exchange(stopping_, true)) return;
    exit_soon_at_the_latest(code_);
    log_.write(LogLevel::info, "stopping");
    notify_.stopping("finishing the current page");
    if (engine_) engine_->stop();
    heartbeat_->stop();
    files_alarm_->wake();
    store_watch_->stop();
    health_watch_->stop();
}

// Nothing more to wait for: what keeps the io_context running is let go.
void Service::finish() {
    stopping_ = true;
    heartbeat_->stop();
    files_alarm_->wake();
    store_watch_->stop();
    control_.reset();
    health_watch_->stop();
    signals_->close();
}

Result<> Service::open_store() {
    const SqliteSettings settings = store_settings(now_.configuration);
    auto opened = SqliteStore::open(settings, clock_);
    if (!opened) return opened.error();
    store_ = std::move(*opened);
    metered_ = std::make_unique<MeteredParts>(*store_, clock_, books_, pass_log_);
    subscriptions_ = std::make_unique<Subscriptions>(clock_, metered_->inbox);
    store_->set_change_listener([this](std::uint64_t newest_seq) { feed_.announce(newest_seq); });
    auto reader = SqliteReader::open(settings);
    if (!reader) return reader.error();
    reader_ = std::move(*reader);
    return {};
}

Result<> Service::listen() {
    const ReceiverPorts ports{.clock = clock_,
                              .inbox = metered_->inbox,
                              .certificates = *store_,
                              .subscriptions = *subscriptions_,
                              .engine = engine_,
                              .observer = event_log_};
    endpoint_ = std::make_unique<EventEndpoint>(
        io_, ports, [this](const Error& error) { log_.write(LogLevel::warn, error); });
    const ApiParts parts{.clock = clock_,
                         .reader = *reader_,
                         .feed = feed_,
                         .books = books_,
                         .host = host_,
                         .started_at = started_at_};
    api_ = std::make_unique<ApiEndpoint>(io_, parts, log_);
    if (options_.once) return {};
    auto staged = api_->stage(now_.configuration.api);
    if (!staged) return staged.error();
    api_->take(std::move(*staged));
    control_ = listen_for_control(
        io_, [this] { return reload(); }, log_);
    return endpoint_->apply(now_.configuration);
}

ExitCode Service::run(Configuration configuration) {
    auto prepared = prepare(std::move(configuration));
    if (!prepared) {
        log_.write(LogLevel::error, prepared.error());
        return ExitCode::configuration;
    }
    now_ = std::move(*prepared);
    books_.metrics.configured(true, started_at_);
    Result<> ready = open_store();
    if (ready) ready = listen();
    if (!ready) {
        log_.write(LogLevel::error, ready.error());
        return exit_code_of(ready.error());
    }
    key_stamp_ = file_stamp(now_.configuration.portal.api_key_file);
    files_alarm_ = clock_.make_alarm();
    auto exit = [this](ExitCode code) {
        code_ = code;
        stop();
    };
    store_watch_ = std::make_unique<StoreWatch>(clock_, *store_, log_, health_, std::move(exit));
    const WatchedParts watched{.configuration = now_.configuration,
                               .engine = engine_,
                               .books = books_,
                               .endpoint = *endpoint_,
                               .reader = *reader_};
    health_watch_ = std::make_unique<HealthWatch>(clock_, health_, watched);
    heartbeat_ = std::make_unique<Heartbeat>(clock_, notify_, *store_, engine_);
    signals_ = std::make_unique<Signals>(
        io_, SignalHandlers{.stop = [this](int) { stop(); }, .reload = [this] { reload(); }});
    log_.write(
        LogLevel::info, "carecloud-syncd " CARECLOUD_VERSION " starting",
        {{"STREAMS", now_.configuration.streams.size()}, {"STORE", now_.configuration.store.sqlite_path}});
    auto life = options_.once ? live_once() : live();
    asio::co_spawn(io_, std::move(life), rethrow);
    asio::co_spawn(io_, watch_files(), rethrow);
    asio::co_spawn(io_, store_watch_->run(), rethrow);
    asio::co_spawn(io_, heartbeat_->run(), rethrow);
    if (!options_.once) asio::co_spawn(io_, health_watch_->run(), rethrow);
    io_.run();
    reader_->close();
    store_->close();
    log_.write(LogLevel::info, "stopped");
    return code_;
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
    Service service(options, log, std::move(*sockets));
    return service.run(std::move(loaded.configuration));
}

}  // namespace carecloud
