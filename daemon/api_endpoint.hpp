// The API: the HTTP server, the Api behind it, and the reload of both. I/O thread only.
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
    // All must outlive this object.
    ApiEndpoint(boost::asio::io_context& io, const ApiParts& parts, Log& log);
    ApiEndpoint(const ApiEndpoint&) = delete;
    ApiEndpoint& operator=(const ApiEndpoint&) = delete;

    // An address, its server, and the Api that it serves, which a reload changes. Null pointers: not served yet, or no
    // longer.
    struct Served {
        ListenAddress address;
        std::unique_ptr<HttpServer> server{};
        std::shared_ptr<Api> api{};
    };
    // The Api to serve at an address, which may be served already.
    struct Wanted {
        std::shared_ptr<Served> served;
        std::shared_ptr<Api> api;
    };
    // The addresses to serve for a configuration: first that of the API, then that of the figures
    // (ApiSettings::numbers). Empty if there are none.
    using Staged = std::vector<Wanted>;

    // Does all that can fail, but changes nothing: a new address is listened on, and responds after take(). If the
    // address of the numbers is unavailable, they are not served, and a warning is logged. Errors: config_invalid
    // invalid_argument server_failed.
    Result<Staged> stage(const ApiSettings& settings);
    // Serves this from now on. If an address is unchanged, no connection is dropped.
    void take(Staged staged);

    // "127.0.0.1:8461" with the actual port; empty if it does not listen.
    std::string address() const {
        return served_.empty() ? std::string() : served_.front()->server->address();
    }

    // Ends waits for changes, refuses new requests, and finishes pending ones.
    Task<> stop();

  private:
    std::shared_ptr<Served> find(const ListenAddress& address) const;
    Result<Wanted> want(const ListenAddress& address, const ApiAccess& access);
    Task<ServerResponse> serve(std::shared_ptr<Api> api, const ServerRequest& request);
    void report_refused(const ServerRequest& request);

    boost::asio::io_context& io_;
    ApiParts parts_;
    Log& log_;
    std::vector<std::shared_ptr<Served>> served_;  // the API's is first
    ErrorFold refusals_;
};

// Whether the API can use these settings: the token's file. Opens no socket. Errors: config_invalid.
Result<> check_api(const ApiSettings& settings);

}  // namespace carecloud
