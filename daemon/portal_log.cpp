#include "portal_log.hpp"

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

}  // namespace

PortalCallbacks portal_log(Log& log) {
    return {.on_notice = [&log](const Error& notice) { log.write(LogLevel::warn, notice); },
            .on_request = [&log](const PortalExchange& request) { log_request(log, request); }};
}

}  // namespace carecloud
