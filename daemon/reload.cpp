#include "reload.hpp"

#include "base/packaged_service.hpp"
#include "open_store.hpp"
#include "runtime/files.hpp"
#include "runtime/text.hpp"

#include <utility>
#include <vector>

namespace carecloud {
namespace {

constexpr Duration kFilesCheckEvery = std::chrono::seconds(10);

// Why a service that runs with `now` cannot apply the loaded settings: one problem per line. Empty if it can.
std::string why_no_reload(const LoadedConfiguration& loaded, const Configuration& now) {
    if (!loaded.ok()) {
        std::string problems = report(loaded.file, loaded.problems);
        problems.pop_back();
        return problems;
    }
    if (is_same_store(loaded.configuration, now)) return {};
    return loaded.file + ": store.url changed, which requires a restart: systemctl restart " +
           PackagedService::own().unit();
}

}  // namespace

Reload::Reload(const ServiceParts& parts, ApiEndpoint& api, const InheritedSockets& sockets,
               ReloadSource source, std::function<void()> without_engine)
    : parts_(parts),
      api_(api),
      sockets_(sockets),
      source_(std::move(source)),
      without_engine_(std::move(without_engine)),
      alarm_(parts.process.clock.make_alarm()),
      key_stamp_(file_stamp(parts.configuration().portal.api_key_file)) {}

// After an error nothing has changed.
Result<> Reload::apply(Result<Settings> prepared) {
    if (!prepared) return prepared.error();
    auto staged = api_.stage(prepared->configuration.api);
    if (!staged) return staged.error();
    // The last step that can fail: afterwards the endpoints have the new settings, too.
    const Result<> applied = parts_.endpoint.apply(prepared->configuration);
    if (!applied) return applied.error();
    api_.take(std::move(*staged));
    parts_.process.health.remark({});
    parts_.settings.next = std::move(*prepared);
    if (parts_.engine) {
        parts_.engine->stop();
    } else {
        take_next();
        without_engine_();
    }
    return {};
}

std::string Reload::reload() {
    if (stopped_ || source_.once) return "the service is stopping";
    parts_.process.notify.reloading();
    LoadedConfiguration loaded = load_configuration(source_.file);
    std::string refused = why_no_reload(loaded, parts_.configuration());
    if (refused.empty()) {
        auto prepared = prepare_settings(std::move(loaded.configuration), sockets_, parts_.process);
        const Result<> applied = apply(std::move(prepared));
        if (!applied) refused = applied.error().message();
    }
    parts_.process.histories.metrics.configured(refused.empty(), parts_.process.clock.wall());
    if (!refused.empty()) report_refused(refused);
    return refused;
}

void Reload::report_refused(const std::string& why) {
    Process& process = parts_.process;
    const std::string reason = one_line(why);
    process.log.write(LogLevel::error, "reload refused, the current settings stay in use",
                      {{"REASON", reason}});
    process.health.remark("reload refused, the current settings stay in use: " + reason);
    process.notify.ready(process.health.status());
}

bool Reload::take_next() {
    CurrentSettings& settings = parts_.settings;
    if (!settings.next) return false;
    settings.now = std::move(*settings.next);
    settings.next.reset();
    const Configuration& configuration = settings.now.configuration;
    parts_.process.health.forget_configured();
    key_stamp_ = file_stamp(configuration.portal.api_key_file);
    parts_.process.log.apply(configuration.log);
    parts_.process.log.write(LogLevel::info, "reloaded", {{"STREAMS", configuration.streams.size()}});
    return true;
}

Task<> Reload::watch_files() {
    while (!stopped_) {
        const MonoTime next_check = parts_.process.clock.now() + kFilesCheckEvery;
        co_await alarm_->wait_until(next_check);
        // New settings from a reload wait until the engine has stopped.
        if (stopped_ || parts_.settings.next) continue;
        const auto stamp = file_stamp(parts_.configuration().portal.api_key_file);
        if (stamp && stamp != key_stamp_) {
            key_stamp_ = stamp;
            use_changed_key();
        }
        use_changed_files();
    }
}

void Reload::use_changed_key() {
    Settings& now = parts_.settings.now;
    auto key = read_secret_file(now.configuration.portal.api_key_file);
    const Result<> set = key ? now.portal->set_api_key(std::move(*key)) : Result<>(key.error());
    if (!set) {
        parts_.process.log.write(LogLevel::error, set.error());
        return;
    }
    parts_.process.log.write(LogLevel::info, "API key file changed, new key in use");
    if (parts_.engine) parts_.engine->forgive();
}

void Reload::use_changed_files() {
    Settings& now = parts_.settings.now;
    const std::vector<std::string> changed = now.files.changed();
    if (changed.empty() || source_.once) return;
    const Result<> applied = apply(make_settings(now.configuration, parts_.process));
    for (const std::string& file : changed) {
        if (applied)
            parts_.process.log.write(LogLevel::info, "file changed, new content in use", {{"FILE", file}});
        else
            parts_.process.log.write(LogLevel::error,
                                     "file changed but is unusable, previous content stays in use",
                                     {{"FILE", file}, {"REASON", applied.error().message()}});
    }
    if (!applied)
        parts_.process.health.remark("a changed file is unusable, its previous content stays in use: " +
                                     applied.error().message());
}

void Reload::stop() {
    stopped_ = true;
    alarm_->wake();
}

}  // namespace carecloud
