// The API put together: the HTTP server, the API behind it, and a reload of either. I/O thread alone.
#pragma once

#include "api/api.hpp"
#include "base/error.hpp"
#include "net/server/http_server.hpp"
#include "runtime/configuration.hpp"
#include "runtime/error_fold.hpp"
#include "runtime/log.hpp"

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace carecloud {

class ApiEndpoint {
  public:
    // All of these outlive it.
    ApiEndpoint(boost::asio::io_context& io, const ApiParts& parts, Log& log);
    ApiEndpoint(const ApiEndpoint&) = delete;
    ApiEndpoint& operator=(const ApiEndpoint&) = delete;

    // An address, its server, and what is served there, which a reload changes. No API: none yet, or none any more.
    struct Served {
        ListenAddress address;
        std::unique_ptr<HttpServer> server{};
        std::shared_ptr<Api> api{};
    };
    // What is to be served at an address, which may be one that is served already.
    struct Wanted {
        std::shared_ptr<Served> served;
        std::shared_ptr<Api> api;
    };
    // What a configuration makes of it; the first one is the API, the other one its numbers. Empty: nothing is served.
    using Staged = std::vector<Wanted>;

    // All that can fail. Changes nothing; a new address is listened on, and answers from take() on. If that of the
    // numbers cannot be had, a warning says so and they are not served.
    // Errors: config_invalid invalid_argument.
    Result<Staged> stage(const ApiSettings& settings);
    // Serves that from now on. Where the address stays as it is, no connection is dropped.
    void take(Staged staged);

    // "127.0.0.1:8461" with the real port; empty: it does not listen.
    std::string address() const {
        return served_.empty() ? std::string() : served_.front()->server->address();
    }

    // Ends what waits for changes, refuses new requests, finishes those under way.
    Task<> stop();

  private:
    std::shared_ptr<Served> find(const ListenAddress& address) const;
    Result<Wanted> want(const ListenAddress& address, const ApiAccess& access);
    Task<ServerResponse> serve(std::shared_ptr<Api> api, const ServerRequest& request);
    void report_refused(const ServerRequest& request);

    boost::asio::io_context& io_;
    ApiParts parts_;
    Log& log_;
    std::vector<std::shared_ptr<Served>> served_;  // the API's first
    ErrorFold refusals_;
};

// Whether the API could be served so: its token's file. Opens no socket. Errors: config_invalid.
Result<> check_api(const ApiSettings& settings);

}  // namespace carecloud
