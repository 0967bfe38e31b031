#include "telemetry/start_report.hpp"

#include <utility>

namespace carecloud {

Task<> StartReport::passes(Engine& engine, std::vector<std::string> streams) {
    auto loading = ports_.store.first_passes();
    const auto first_passes = co_await std::move(loading);
    if (first_passes) {
        engine.recall_loaded(*first_passes);
        ports_.pass_log.recall_loaded(!first_passes->empty());
    } else {
        ports_.log.write(LogLevel::warn, first_passes.error());
    }
    auto reading = ports_.store.passes();
    const auto passes = co_await std::move(reading);
    if (passes) ports_.pass_log.recall(*passes, streams);
    if (!passes) ports_.log.write(LogLevel::warn, passes.error());
    auto counting = ports_.inbox.count_open();
    const auto open = co_await std::move(counting);
    if (!open) {
        ports_.log.write(LogLevel::warn, open.error());
    } else if (*open > 0) {
        ports_.log.write(LogLevel::info, "open events; they are settled when their records arrive",
                         {{"EVENTS_OPEN", *open}});
    }
}

Task<> StartReport::topics(std::vector<std::string> topic_arns) {
    if (topic_arns.empty()) co_return;
    auto loading = ports_.subscriptions.load();
    const Result<> loaded = co_await std::move(loading);
    if (!loaded) {
        ports_.log.write(LogLevel::warn, loaded.error());
        co_return;
    }
    for (const std::string& topic : topic_arns)
        ports_.event_log.recall(ports_.subscriptions.find(topic));
}

}  // namespace carecloud
