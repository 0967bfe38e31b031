#include "simulation/world_settings.hpp"

#include <algorithm>
#include <iterator>
#include <random>

namespace carecloud {

using namespace std::chrono_literals;

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

bool chance(Random& random, double percent) {
    return std::uniform_real_distribution<double>(0, 100)(random) < percent;
}

Duration spread(Random& random, Duration mean) {
    const double factor = std::exponential_distribution<double>(1.0)(random);
    return std::max<Duration>(1ms, std::chrono::duration_cast<Duration>(mean * factor));
}

namespace {

// These have separate random numbers: the rest of a world is the same with and without them.
constexpr std::uint64_t kRareSeed = 0x72617265U;
constexpr double kRarePercent = 12;
constexpr std::uint64_t kLanesSeed = 0x6c616e6573U;
constexpr Duration kForty = 24h * 365 * 40;

// The clocks that are wrong permanently. Not both behind: that would be undetectable.
void draw_clocks(const WorldSettings& settings, WorldPlan& plan, Random& random) {
    if (settings.has(Fault::date) && chance(random, 60)) {
        constexpr Duration offsets[] = {-kForty, kForty, -1h, 1h, 24h};
        plan.date_absent = chance(random, 25);
        if (!plan.date_absent) plan.date_ahead = offsets[between(random, 0, std::ssize(offsets) - 1)];
    }
    if (settings.has(Fault::clock)) {
        constexpr Duration offsets[] = {-3h, -20min, 20min, 3h, 48h};
        plan.local_ahead = offsets[between(random, 0, std::ssize(offsets) - 1)];
        if (plan.date_absent || plan.date_ahead < Duration{})
            plan.local_ahead = std::chrono::abs(plan.local_ahead);
    }
}

// Half of the worlds read long walks in ranges: with small pages, so that few records are many pages.
void draw_lanes(const WorldSettings& settings, WorldPlan& plan) {
    Random random(settings.seed ^ kLanesSeed);
    if (!settings.has(Fault::lanes) || chance(random, 50)) return;
    constexpr std::size_t lanes[] = {2, 4, 12};
    constexpr std::size_t page_sizes[] = {1000, 40, 7};
    plan.lanes = lanes[between(random, 0, std::ssize(lanes) - 1)];
    plan.page_size = page_sizes[between(random, 0, std::ssize(page_sizes) - 1)];
}

}  // namespace

WorldSettings drawn(WorldSettings settings) {
    Random random(settings.seed ^ kRareSeed);
    for (const Fault fault : all_faults()) {
        const bool is_drawn = fault < kFirstRareFault || chance(random, kRarePercent);
        if (!is_drawn && !settings.always.contains(fault)) settings.without.insert(fault);
    }
    return settings;
}

WorldPlan make_plan(const WorldSettings& settings, Random& random) {
    WorldPlan plan;
    plan.dialect.id_is_oid = chance(random, 50);
    plan.dialect.modified_is_date = chance(random, 50);
    plan.dialect.or_refused = chance(random, 30);
    plan.dialect.take_cap =
        chance(random, 50) ? static_cast<std::size_t>(between(random, 3, chance(random, 50) ? 15 : 300)) : 0;
    plan.dialect.totals = chance(random, 50);
    plan.dialect.pascal = chance(random, 50);
    plan.dialect.missing_is_404 = chance(random, 30);
    plan.dialect.response_limit_bytes = settings.has(Fault::size) ? 30'000 : 0;
    if (chance(random, 50)) plan.dialect.too_large_status = 502;
    // Near the end of a month, so that quotas are reset.
    plan.start = {Timestamp::parse("2024-03-31T00:00:00Z")->ticks +
                  between(random, 0, 23 * 3600) * Timestamp::ticks_per_second};
    plan.entities = {"claim_attendance"};
    if (chance(random, 50)) plan.entities.emplace_back("claim");
    plan.overlap = std::chrono::minutes(between(random, 1, 20));
    plan.poll_every = std::chrono::seconds(between(random, 30, 900));
    plan.rate.per_second = static_cast<double>(between(random, 1, 10));
    plan.rate.burst = static_cast<std::uint32_t>(between(random, 1, 20));
    if (settings.has(Fault::quota) && chance(random, 30))
        plan.rate.monthly_quota = static_cast<std::uint64_t>(between(random, 1500, 20'000));
    if (plan.rate.monthly_quota && chance(random, 40))
        plan.requests_before =
            *plan.rate.monthly_quota - static_cast<std::uint64_t>(between(random, 50, 500));
    plan.latency = std::chrono::milliseconds(between(random, 1, 400));
    plan.clock_jumps = settings.has(Fault::jump) && chance(random, 50);
    const double ends[] = {0.5, 5, 30};
    plan.ties_end = ends[between(random, 0, 2)];
    plan.records = static_cast<std::size_t>(between(random, 0, 400));
    Random rare_random(settings.seed ^ ~kRareSeed);
    plan.lag = plan.overlap * between(rare_random, 120, 400) / 100;
    if (settings.has(Fault::prompt)) plan.overlap = {};
    draw_clocks(settings, plan, rare_random);
    draw_lanes(settings, plan);
    return plan;
}

StreamVariant first_variant(const WorldPlan& plan) {
    return {.filter = "{}",
            .fields = {},
            .page_size = plan.page_size,
            .overlap = plan.overlap,
            .poll_every = plan.poll_every,
            .per_second = plan.rate.per_second,
            .burst = plan.rate.burst,
            .reconcile = {.every = plan.poll_every * 8, .whole_every = plan.poll_every * 24}};
}

StreamVariant random_variant(const WorldPlan& plan, Random& random) {
    StreamVariant variant = first_variant(plan);
    variant.overlap = plan.overlap * between(random, 100, 250) / 100;
    variant.poll_every = std::chrono::seconds(between(random, 30, 900));
    variant.per_second = static_cast<double>(between(random, 1, 10));
    variant.burst = static_cast<std::uint32_t>(between(random, 1, 20));
    if (chance(random, 30)) variant.filter = R"({"kind":"a"})";
    if (chance(random, 20)) variant.fields = {"kind", "text"};
    const std::size_t sizes[] = {1000, 200, 40, 7};
    variant.page_size = sizes[between(random, 0, 3)];
    variant.reconcile.deep = chance(random, 30);
    if (chance(random, 20)) variant.reconcile.every.reset();
    if (chance(random, 20)) variant.reconcile.guard.count = 3;
    return variant;
}

}  // namespace carecloud
