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

    // A server's API is looked up for each request: a reload changes it. Null: none is served yet, or any more.
    using Slot = std::shared_ptr<std::shared_ptr<Api>>;
    // An address with what is served there, to be taken.
    struct Wanted {
        ListenAddress address;
        std::shared_ptr<Api> api;
        Slot slot;                           // of `server`
        std::unique_ptr<HttpServer> server;  // null: the one that listens there stays
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
        return served_.empty() ? std::string() : served_.front().server->address();
    }

    // Ends what waits for changes, refuses new requests, finishes those under way.
    Task<> stop();

  private:
    struct Served {
        ListenAddress address;
        Slot slot;
        std::unique_ptr<HttpServer> server;
    };

    Served* find(const ListenAddress& address);
    Result<Wanted> want(const ListenAddress& address, const ApiAccess& access);
    Task<ServerResponse> serve(Slot slot, const ServerRequest& request);
    void report_refused(const ServerRequest& request);

    boost::asio::io_context& io_;
    ApiParts parts_;
    Log& log_;
    std::vector<Served> served_;  // the API's first
    ErrorFold refusals_;
};

// Whether the API could be served so: its token's file. Opens no socket. Errors: config_invalid.
Result<> check_api(const ApiSettings& settings);

}  // namespace carecloud
