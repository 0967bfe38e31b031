#include "recall.hpp"

#include <utility>

namespace carecloud {

Task<> recall_earlier_life(SqliteStore& store, PassLog& pass_log, Log& log,
                           std::vector<std::string> entities) {
    const auto first_passes = co_await store.first_passes();
    if (first_passes) pass_log.recall_first_passes(*first_passes);
    if (!first_passes) log.write(LogLevel::warn, first_passes.error());
    const auto passes = co_await store.passes();
    if (passes) {
        pass_log.recall(*passes, entities);
    } else {
        log.write(LogLevel::warn, passes.error());
    }
    const auto open = co_await store.count_open();
    if (!open) {
        log.write(LogLevel::warn, open.error());
    } else if (*open > 0) {
        log.write(LogLevel::info, "open events; they are settled when their records arrive",
                  {{"EVENTS_OPEN", *open}});
    }
}

Task<> recall_subscriptions(Subscriptions& subscriptions, EventLog& event_log, Log& log,
                            std::vector<std::string> topic_arns) {
    auto loading = subscriptions.load();
    const Result<> loaded = co_await std::move(loading);
    if (!loaded) {
        log.write(LogLevel::warn, loaded.error());
        co_return;
    }
    for (const std::string& topic : topic_arns)
        event_log.recall(subscriptions.find(topic));
}

}  // namespace carecloud
