#include "wiring.hpp"

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

SqliteSettings store_settings(const Configuration& configuration) {
    return SqliteSettings{.path = configuration.store.sqlite_path};
}

}  // namespace carecloud
