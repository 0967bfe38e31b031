#include "daemon_host.hpp"

#include <utility>

namespace carecloud {

std::optional<StreamSnapshot> DaemonHost::snapshot(std::string_view entity) const {
    return engine() ? engine()->snapshot(entity) : std::nullopt;
}

std::vector<std::string> DaemonHost::sns_reasons() const {
    if (!configuration().sns) return {"the configuration has no section sns"};
    return parts_.process.health.store_reasons();
}

std::optional<RequestCount> DaemonHost::requests(std::string_view month) const {
    if (!engine()) return std::nullopt;
    const QuotaUse use = engine()->quota();
    return use.month == month ? std::optional(use.count) : std::nullopt;
}

std::vector<std::string> DaemonHost::entities() const {
    std::vector<std::string> entities;
    entities.reserve(configuration().streams.size());
    for (const StreamSettings& stream : configuration().streams)
        entities.push_back(stream.spec.entity);
    return entities;
}

Task<Result<std::uint64_t>> DaemonHost::request_pass(Job pass) {
    auto writing = parts_.storage.handle.store().save_pass(std::move(pass));
    Result<std::uint64_t> id = co_await std::move(writing);
    if (id && engine()) engine()->pass_requested();
    co_return id;
}

bool DaemonHost::cancel_pass(std::uint64_t id) {
    if (!engine()) return false;
    engine()->cancel_pass(id);
    return true;
}

Task<Result<ErasureReport>> DaemonHost::erase(ErasureRequest request) {
    auto erasing = parts_.storage.handle.erase(request);
    Result<ErasureReport> report = co_await std::move(erasing);
    if (report && report->known) {
        parts_.process.log.write(LogLevel::warn, "content of a record erased",
                                 {{"STREAM", request.stream},
                                  {"RECORD_ID", request.id},
                                  {"REQUESTED_BY", request.requested_by},
                                  {"VERSIONS", report->versions},
                                  {"EVENTS", report->events}});
    }
    co_return report;
}

Task<Result<RetryReport>> DaemonHost::retry_quarantined(RetryRequest request) {
    if (!engine()) {
        co_return Error{.code = ErrorCode::canceled,
                        .operation = "fetch a record of " + request.stream,
                        .subject = "no stream is running",
                        .hint = "try again in a second"};
    }
    auto retrying = engine()->retry_quarantined(std::move(request));
    co_return co_await std::move(retrying);
}

}  // namespace carecloud
