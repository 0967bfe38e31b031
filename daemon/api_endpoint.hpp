// The API put together: the HTTP server, the API behind it, and a reload of either. I/O thread alone.
#pragma once

#include "api/api.hpp"
#include "core/error.hpp"
#include "net/http_server.hpp"
#include "runtime/configuration.hpp"
#include "runtime/error_fold.hpp"
#include "runtime/log.hpp"

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

namespace carecloud {

class ApiEndpoint {
  public:
    // All of these outlive it.
    ApiEndpoint(boost::asio::io_context& io, const ApiParts& parts, Log& log);
    ApiEndpoint(const ApiEndpoint&) = delete;
    ApiEndpoint& operator=(const ApiEndpoint&) = delete;

    // What a configuration makes of it, ready to be taken.
    struct Staged {
        ListenAddress address;
        std::shared_ptr<Api> api;            // null: without an `api` section nothing is served
        std::unique_ptr<HttpServer> server;  // null: the one that listens stays, or none
    };

    // All that can fail. Changes nothing; where the address is another one it is listened on, and answers from take()
    // on.
    // Errors: config_invalid invalid_argument.
    Result<Staged> stage(const ApiSettings& settings);
    // Serves that from now on. Where the address stays as it is, no connection is dropped.
    void take(Staged staged);

    // "127.0.0.1:8461" with the real port; empty: it does not listen.
    std::string place() const { return server_ ? server_->place() : std::string(); }

    // Ends what waits for changes, refuses new requests, finishes those under way.
    Task<> stop();

  private:
    Result<std::unique_ptr<HttpServer>> listen(const ApiSettings& settings);
    Task<ServerResponse> serve(const ServerRequest& request);
    void tell_refused(const ServerRequest& request);
    void retire();

    boost::asio::io_context& io_;
    ApiParts parts_;
    Log& log_;
    std::shared_ptr<Api> api_;  // of new requests; null: not configured
    std::unique_ptr<HttpServer> server_;
    ListenAddress address_;  // of server_
    ErrorFold refusals_;
};

// Whether the API could be served so: its token's file. Opens no socket. Errors: config_invalid.
Result<> check_api(const ApiSettings& settings);

}  // namespace carecloud
