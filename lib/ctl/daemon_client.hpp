// The client of the daemon's API. It turns addresses, the token and the API's errors into responses, or into failures
// that name the remedy.
//
//     auto client = DaemonClient::create(io.get_executor(), {.url = "unix:/run/carecloud-syncd/api.sock"});
//     auto asking = (*client)->get("/v1/status");
//     const CtlResult<std::string> body = co_await std::move(asking);
//
// I/O thread only; must outlive its requests.
#pragma once

#include "base/clock.hpp"
#include "ctl/command_line.hpp"
#include "ctl/ctl_output.hpp"
#include "net/client/http_client.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace carecloud {

using CtlJson = nlohmann::ordered_json;

struct DaemonAddress {
    std::string url = "http://127.0.0.1:8461";
    std::string token_file{};  // empty: no token is sent
    std::string ca_file{};
    std::string notice{};  // for stderr; may be empty
};

class DaemonClient {
  public:
    // Does not connect yet. Failures: usage, refused (an unusable token file).
    static CtlResult<std::unique_ptr<DaemonClient>> create(const boost::asio::any_io_executor& executor,
                                                           const DaemonAddress& address);

    // Both return the body of a successful response.
    Task<CtlResult<std::string>> get(std::string target);
    Task<CtlResult<std::string>> ask(std::string method, std::string target);

    const std::string& url() const { return url_; }

  private:
    DaemonClient(std::string url, std::string token, std::unique_ptr<HttpClient> http);

    CtlFailure failure_of(const Error& error) const;
    CtlFailure failure_of(const HttpResponse& answer) const;

    std::string url_;
    std::string token_;
    std::unique_ptr<HttpClient> http_;
};

// Throws nlohmann's exception if the body is not JSON, which means that the server is not a daemon of this version
// (CtlExit::protocol).
CtlJson parse_answer(const std::string& body);

// Appends "name=value", percent-encoded, to the query of `target`, unless `value` is empty.
void add_query(std::string& target, std::string_view name, std::string_view value);

// How carecloudctl finds the daemon's address and token: from the command line, else from the daemon's configuration,
// else the address of the packaged service, or of the instance that --instance selects.
//
// Uses the section api even if the configuration has errors: the daemon then continues with its earlier settings, and
// its state is of most interest. Failure (usage): --config names a file that does not give the address. Reads files;
// does not connect.
CtlResult<DaemonAddress> find_daemon(const CommandLine& line);
// The daemon's configuration file, which need not exist: --config, or that of the packaged service.
std::string configuration_file(const CommandLine& line);

}  // namespace carecloud
