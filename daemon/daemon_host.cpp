#include "daemon_host.hpp"

#include <utility>

namespace carecloud {

std::optional<StreamSnapshot> DaemonHost::snapshot(std::string_view entity) const {
    return engine_ ? engine_->snapshot(entity) : std::nullopt;
}

std::vector<std::string> DaemonHost::sns_reasons() const {
    if (!configuration_.sns) return {"the configuration has no section sns"};
    return process_.health.store_reasons();
}

std::optional<RequestCount> DaemonHost::requests(std::string_view month) const {
    if (!engine_) return std::nullopt;
    const QuotaUse use = engine_->quota();
    return use.month == month ? std::optional(use.count) : std::nullopt;
}

std::vector<Subscription> DaemonHost::subscriptions() const {
    std::vector<Subscription> all;
    if (!configuration_.sns) return all;
    for (const std::string& topic : configuration_.sns->topic_arns)
        all.push_back(storage_.subscriptions.find(topic));
    return all;
}

std::vector<std::string> DaemonHost::entities() const {
    std::vector<std::string> entities;
    entities.reserve(configuration_.streams.size());
    for (const StreamSettings& stream : configuration_.streams)
        entities.push_back(stream.spec.entity);
    return entities;
}

Task<Result<std::uint64_t>> DaemonHost::request_pass(Job pass) {
    auto writing = storage_.handle.store().save_pass(std::move(pass));
    Result<std::uint64_t> id = co_await std::move(writing);
    if (id && engine_) engine_->pass_requested();
    co_return id;
}

bool DaemonHost::cancel_pass(std::uint64_t id) {
    if (!engine_) return false;
    engine_->cancel_pass(id);
    return true;
}

Task<Result<ErasureReport>> DaemonHost::erase(ErasureRequest request) {
    auto erasing = storage_.handle.erase(request);
    Result<ErasureReport> report = co_await std::move(erasing);
    if (report && report->known) {
        process_.log.write(LogLevel::warn, "content of a record erased",
                           {{"STREAM", request.stream},
                            {"RECORD_ID", request.id},
                            {"REQUESTED_BY", request.requested_by},
                            {"VERSIONS", report->versions},
                            {"EVENTS", report->events}});
    }
    co_return report;
}

Task<Result<RetryReport>> DaemonHost::retry_quarantined(RetryRequest request) {
    if (!engine_) {
        co_return Error{.code = ErrorCode::canceled,
                        .operation = "fetch a record of " + request.stream,
                        .subject = "no stream is running",
                        .hint = "try again in a second"};
    }
    auto retrying = engine_->retry_quarantined(std::move(request));
    co_return co_await std::move(retrying);
}

}  // namespace carecloud
