// The API: one request in, one response out. It reads through the Reader; what changes something goes through ApiHost.
//
//     Api api(parts, {.token = "", .unix_socket = false});
//     ServerResponse answer = co_await api.answer(request);
//
// Every response is JSON; errors are as in RFC 9457 (see problem.hpp). I/O thread only.
#pragma once

#include "api/api_guard.hpp"
#include "api/api_host.hpp"
#include "api/api_query.hpp"
#include "api/change_feed.hpp"
#include "api/ui/status_page.hpp"
#include "base/clock.hpp"
#include "net/server/message.hpp"
#include "store/reader.hpp"
#include "telemetry/histories.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// All must outlive the API.
struct ApiParts {
    Clock& clock;
    Reader& reader;
    ChangeFeed& feed;
    const Histories& histories;
    ApiHost& host;
    Timestamp started_at;  // of the process, for the histories
};

struct ApiAccess {
    std::string token{};       // empty: no token is required
    bool unix_socket = false;  // whether the address is a Unix socket
    // Serves only the page without ids, /readyz, /metrics and /livez, to every user of this machine.
    bool numbers_only = false;
};

class Api {
  public:
    Api(const ApiParts& parts, const ApiAccess& access);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    Task<ServerResponse> answer(const ServerRequest& request);
    // A request that another daemon on this store was sent, and could not carry out: its response. Both as text.
    Task<std::string> carry_out(std::string forwarded);

  private:
    struct Overview {
        Result<StoreCounts> counts;
        Result<std::vector<Job>> passes;  // newest first
    };
    using Handler = Task<ServerResponse> (Api::*)(const ServerRequest&, ApiQuery&);
    // A '*' matches any one segment.
    struct Route {
        std::array<std::string_view, 6> path;  // padded with empty ones
        std::string_view method;
        Handler handler;
        bool open = false;     // without the token: it contains nothing sensitive
        bool numbers = false;  // no record, no id, no action: see ApiAccess::numbers_only
        bool engine = false;   // only where the engine runs
    };

    static std::vector<const Route*> find(const ApiQuery& query);
    static const Route* find(const ApiQuery& query, const std::string& method);
    Task<ServerResponse> forward(const ServerRequest& request);

    Task<ServerResponse> livez(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> readyz(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> page(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> page_file(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> metrics(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> status(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> changes(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> record(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> records(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> versions(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> life(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> version(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> events(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> quarantine(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> retry_quarantined(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> erase(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> sync(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> backfill(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> reconcile(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> passes(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> pass(const ServerRequest& request, ApiQuery& query);
    Task<ServerResponse> cancel_pass(const ServerRequest& request, ApiQuery& query);

    Task<std::vector<std::string>> critical_reasons();
    Task<std::vector<std::string>> sns_reasons();
    StreamView stream_view(const std::string& entity, const Result<StoreCounts>& counts) const;
    ServerResponse stream_from(ChangeStream::Position from);
    // 404 if no stream with that name is configured.
    std::optional<ServerResponse> refuse_entity(std::string_view entity) const;
    std::optional<ServerResponse> refuse_record(const ApiQuery& query) const;
    Task<ServerResponse> request_pass(const ServerRequest& request, Job pass);
    Task<ServerResponse> retry_response(QuarantineKey key, RetryReport report);
    Task<Result<std::optional<Job>>> find_pass(std::string number);
    // The store's counts, the month's requests as counted by the engine, and record_counts_ if they are due. Errors:
    // the store's.
    Task<Result<StoreCounts>> read_counts(std::string month);
    // Reads at most this many of the newest passes.
    Task<Overview> read_overview(std::size_t passes);
    Task<> count_records(const StoreCounts& counts);

    struct RecordCount {
        std::uint64_t at_seq = 0;
        std::uint64_t records = 0;
    };

    ApiParts parts_;
    ApiGuard guard_;
    bool numbers_only_;
    std::shared_ptr<ChangeReads> reads_;                             // shared with the streams of changes
    std::map<std::string, RecordCount, std::less<>> record_counts_;  // as last counted
    MonoTime counted_at_{};
    bool counting_ = false;
};

}  // namespace carecloud
