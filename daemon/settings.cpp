#include "settings.hpp"

#include "portal_wiring.hpp"

#include <random>
#include <utility>

namespace carecloud {
namespace {

void log_request(Log& log, const PortalExchange& request) {
    LogFields fields{{"METHOD", request.method}, {"PATH", request.path}};
    if (!request.condition.empty()) {
        fields.emplace_back("FILTER", request.condition);
        fields.emplace_back("TAKE", request.take);
        if (request.skip > 0) fields.emplace_back("SKIP", request.skip);
    }
    if (request.failed)
        fields.emplace_back("CODE", to_string(*request.failed));
    else
        fields.emplace_back("STATUS", request.status);
    fields.emplace_back("BYTES", request.bytes);
    fields.emplace_back("MS", std::chrono::duration_cast<std::chrono::milliseconds>(request.took).count());
    log.write(LogLevel::debug, "portal request", fields);
}

void count_request(Metrics& metrics, const PortalOutcome& outcome) {
    metrics.request_ended(outcome.failed ? to_string(*outcome.failed) : "ok", outcome.took);
    if (outcome.of_list && !outcome.failed) metrics.page_came();
}

// Reports the activity of the portal's client in the log and in the metrics.
PortalCallbacks portal_reports(Log& log, Metrics& metrics) {
    return {.on_notice = [&log](const Error& notice) { log.write(LogLevel::warn, notice); },
            .on_request = [&log](const PortalExchange& request) { log_request(log, request); },
            .on_outcome = [&metrics](const PortalOutcome& outcome) { count_request(metrics, outcome); }};
}

std::optional<Dialect> dialect_of(const std::optional<DialectSetting>& setting) {
    if (!setting) return std::nullopt;
    return Dialect{.modified = setting->modified_as_date ? ModifiedLiteral::date : ModifiedLiteral::string,
                   .id = setting->id_as_oid ? IdLiteral::oid : IdLiteral::string,
                   .keyset = setting->keyset};
}

// The only entity whose events the vendor publishes so far (the vendor's API documentation).
constexpr const char* kAnnouncedEntity = "claim_attendance";

EngineStream engine_stream(const StreamSettings& stream, const PortalSettings& portal, bool events) {
    return EngineStream{.pass = {.spec = stream.spec,
                                 .overlap = stream.overlap,
                                 .page_size = portal.page_size,
                                 .dialect = dialect_of(portal.dialect)},
                        .poll_every = stream.poll_every,
                        .announced = events && stream.spec.entity == kAnnouncedEntity,
                        .reconcile = {.every = stream.reconcile.every,
                                      .whole_every = stream.reconcile.whole_every,
                                      .deep = stream.reconcile.deep,
                                      .guard = {.share = stream.reconcile.stop_above,
                                                .count = stream.reconcile.stop_above_count}}};
}

}  // namespace

WatchedFiles::WatchedFiles(const Configuration& configuration) {
    const auto watch = [this](const std::optional<std::string>& path) {
        if (path) stamps_[*path] = file_stamp(*path).value_or(FileStamp{});
    };
    watch(configuration.portal.ca_file);
    watch(configuration.api.token_file);
    if (!configuration.sns) return;
    watch(configuration.sns->basic_auth_file);
    watch(configuration.sns->trust_ca_file);
    if (!configuration.sns->tls) return;
    watch(configuration.sns->tls->certificate);
    watch(configuration.sns->tls->private_key);
}

std::vector<std::string> WatchedFiles::changed() {
    std::vector<std::string> changed;
    for (auto& [path, seen] : stamps_) {
        const auto stamp = file_stamp(path);
        if (!stamp || *stamp == seen) continue;
        seen = *stamp;
        changed.push_back(path);
    }
    return changed;
}

Result<Settings> prepare_settings(Configuration configuration, const InheritedSockets& sockets,
                                  Process& process) {
    const Result<> inherited = use_inherited(sockets, configuration);
    if (!inherited) return inherited.error();
    listen_by_default(configuration.api);
    return make_settings(std::move(configuration), process);
}

Result<Settings> make_settings(Configuration configuration, Process& process) {
    WatchedFiles files(configuration);
    auto portal =
        make_portal(configuration, process.clock, portal_reports(process.log, process.histories.metrics));
    if (!portal) return portal.error();
    return Settings{std::move(configuration), std::move(*portal), std::move(files)};
}

EngineSettings engine_settings(const Configuration& configuration, const EngineSlot& before) {
    const RateSettings& rate = configuration.portal.rate;
    EngineSettings settings{
        .streams = {},
        .rate = {.per_second = rate.per_second, .burst = rate.burst, .monthly_quota = rate.monthly_quota},
        .seed = std::random_device{}(),
        .hold = before.hold(),
        .push = before.push(),
        .lanes = configuration.portal.lanes};
    for (const StreamSettings& stream : configuration.streams) {
        settings.streams.push_back(
            engine_stream(stream, configuration.portal, configuration.sns.has_value()));
    }
    return settings;
}

}  // namespace carecloud
