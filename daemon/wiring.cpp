#include "wiring.hpp"

#include <filesystem>
#include <random>
#include <utility>

namespace carecloud {
namespace {

std::optional<Dialect> dialect_of(const std::optional<DialectSetting>& setting) {
    if (!setting) return std::nullopt;
    return Dialect{.modified = setting->modified_as_date ? ModifiedLiteral::date : ModifiedLiteral::string,
                   .id = setting->id_as_oid ? IdLiteral::oid : IdLiteral::string,
                   .keyset = setting->keyset};
}

// The vendor publishes events of this one so far (docs: portal-api facts, "Notifications").
constexpr const char* kAnnouncedEntity = "claim_attendance";
// StateDirectory= of the packaged unit.
constexpr const char* kPackagedState = "/var/lib/carecloud-syncd";

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

EngineSettings engine_settings(const Configuration& configuration, const std::optional<PortalHold>& hold) {
    const RateSettings& rate = configuration.portal.rate;
    EngineSettings settings{
        .streams = {},
        .rate = {.per_second = rate.per_second, .burst = rate.burst, .monthly_quota = rate.monthly_quota},
        .seed = std::random_device{}(),
        .hold = hold};
    for (const StreamSettings& stream : configuration.streams) {
        settings.streams.push_back(
            engine_stream(stream, configuration.portal, configuration.sns.has_value()));
    }
    return settings;
}

std::string why_no_reload(const LoadedConfiguration& loaded, const Configuration& now) {
    if (!loaded.ok()) {
        std::string problems = report(loaded.file, loaded.problems);
        problems.pop_back();
        return problems;
    }
    if (store_settings(loaded.configuration).path == now.store.sqlite_path) return {};
    return loaded.file + ": store.url changed, which requires a restart: systemctl restart carecloud-syncd";
}

std::vector<std::string> store_markers(const Configuration& configuration,
                                       const EnvironmentLookup& environment) {
    const std::filesystem::path store = configuration.store.sqlite_path;
    const std::string folders = environment("STATE_DIRECTORY").value_or("");
    const std::filesystem::path state = folders.substr(0, folders.find(':'));
    // Not "store.db…": `rm store.db*` is to leave it.
    const std::string name = "known." + store.filename().string();
    std::vector<std::string> markers;
    for (const auto& folder : {state, store.parent_path(), std::filesystem::path(kPackagedState)}) {
        if (!folder.empty()) markers.push_back((folder / name).string());
    }
    return markers;
}

SqliteSettings store_settings(const Configuration& configuration) {
    return SqliteSettings{.path = configuration.store.sqlite_path,
                          .marker = store_markers(configuration, process_environment).front()};
}

}  // namespace carecloud
