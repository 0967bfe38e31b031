// The Portal over HTTP: the Query API behind its gateway (the vendor's API documentation).
//
//     auto portal = HttpPortal::create(clock, {.base_url = "https://portal.example.org/api", …});
//     Result<PagePtr> page = co_await (*portal)->query(query);
//
// One request in, one validated page or one error out; every kind of refusal has its own error (refusal.hpp). I/O
// thread only; must outlive its requests.
#pragma once

#include "base/clock.hpp"
#include "json/slice.hpp"
#include "net/client/http_client.hpp"
#include "portal/portal.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace carecloud {

// A request and its response, for a log. It contains no key, no id and no value of a record.
struct PortalExchange {
    std::string method{};
    std::string path{};       // without the query
    std::string condition{};  // queries only; see condition_shape()
    std::size_t take = 0;     // queries only, as is skip
    std::size_t skip = 0;
    int status = 0;                     // 0: no response
    std::optional<ErrorCode> failed{};  // why there is no response
    std::size_t bytes = 0;              // of the response's body, decompressed
    Duration took{0};
};

// The outcome of a request, as query(), retrieve() or refresh() returns it.
struct PortalOutcome {
    std::optional<ErrorCode> failed{};  // empty if it succeeded
    bool of_list = false;               // whether it was a query()
    Duration took{0};
};

struct HttpPortalSettings {
    std::string base_url{};  // http only for loopback; no query, no user info
    std::string workspace_id{};
    std::string bucket_id{};
    std::string api_key{};     // a secret: sent in one request header, and never used elsewhere
    std::string key_remedy{};  // what to do if the key is refused; empty: a general hint
    std::string ca_file{};     // PEM, an additional trust anchor; empty: none
    std::chrono::milliseconds timeout{35'000};  // of a whole request, including at most 10 s to connect
    std::size_t response_bytes_max = 32 * 1024 * 1024;
    std::size_t idle_connections_max = 8;  // kept for later requests
    std::string user_agent{};              // empty: "carecloud-syncd/VERSION"
    ProxyEnvironment proxy{};              // ProxyEnvironment::of_process() in the daemon
    // Called once per entity with an anomaly that does no harm: the portal sends more records than were requested. I/O
    // thread; must not throw. May be empty.
    std::function<void(const Error&)> on_notice{};
    // Called after each request; building the description takes some time. I/O thread; must not throw. May be empty.
    std::function<void(const PortalExchange&)> on_request{};
    // Called with the outcome of each request that was sent, for the metrics. I/O thread; must not throw. May be empty.
    std::function<void(const PortalOutcome&)> on_outcome{};
};

class HttpPortal final : public Portal {
  public:
    // Errors (invalid_argument): an unusable address, key, id or file. Does not connect yet. `clock` must outlive the
    // portal; its wall time is used if a response has no `Date`.
    static Result<std::unique_ptr<HttpPortal>> create(Clock& clock, HttpPortalSettings settings);

    Task<Result<PagePtr>> query(const Query& query) override;
    Task<Result<PagePtr>> retrieve(const StreamSpec& spec, std::string_view id) override;
    Task<Result<>> refresh() override;

    // Takes effect with the next request. Errors (invalid_argument): the key is empty, too long or not visible ASCII;
    // the previous key then stays in use. The error never contains the key.
    Result<> set_api_key(std::string key);

    // Whether the last response with data was compressed.
    bool last_compressed() const { return last_compressed_; }

    // Connections opened so far, for metrics and tests.
    std::size_t connections_opened() const { return client_->connections_opened(); }

  private:
    HttpPortal(Clock& clock, HttpPortalSettings settings, std::string base_path,
               std::unique_ptr<HttpClient> client);

    HttpRequest make_request(std::string method, const std::string& target, std::string operation) const;
    Result<PagePtr> to_page(HttpResponse response, const std::string& operation, const SliceOptions& options,
                            MonoTime sent);
    Error with_remedy(Error error) const;
    std::optional<Error> refusal_in(const Result<HttpResponse>& response, const std::string& operation) const;
    Result<PagePtr> to_list(Result<HttpResponse> response, const std::string& operation,
                            const SliceOptions& options, MonoTime sent);
    Result<PagePtr> to_record(Result<HttpResponse> response, const std::string& operation,
                              const SliceOptions& options, const std::string& wanted, MonoTime sent);
    Result<> to_refreshed(const Result<HttpResponse>& response, const std::string& operation) const;
    // The part of the exchange that is known before the request is sent; report() adds the response.
    PortalExchange seen_of(const HttpRequest& request) const;
    void report(PortalExchange seen, const Result<HttpResponse>& response, MonoTime sent) const;
    template <class T>
    void report_outcome(const Result<T>& outcome, bool of_list, MonoTime sent) const;
    void note_beyond_take(const Page& page, const std::string& operation, std::size_t take);

    Clock& clock_;
    HttpPortalSettings settings_;
    std::string base_path_;  // the path of base_url, without a trailing slash
    std::unique_ptr<HttpClient> client_;
    Slicer slicer_;
    bool last_compressed_ = false;
    std::set<std::string> noticed_;  // operations whose responses contained too many records
};

}  // namespace carecloud
