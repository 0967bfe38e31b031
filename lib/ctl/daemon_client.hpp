// The daemon's API as carecloudctl asks it: one place where addresses, the token and what the daemon says no with
// become answers or failures that name the remedy.
//
//     auto client = DaemonClient::create(io.get_executor(), {.url = "unix:/run/carecloud-syncd/api.sock"});
//     auto asking = (*client)->get("/v1/status");
//     const CtlResult<std::string> body = co_await std::move(asking);
//
// I/O thread. It outlives its requests.
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
    std::string token_file{};  // empty: none is sent
    std::string ca_file{};
    std::string notice{};  // for stderr; empty: nothing to say
};

class DaemonClient {
  public:
    // Connects to nobody yet. Failures: usage, refused (the token's file).
    static CtlResult<std::unique_ptr<DaemonClient>> create(const boost::asio::any_io_executor& executor,
                                                           const DaemonAddress& address);

    // The body of an answer that went well.
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

// Where it is none: nlohmann's exception, which means that no daemon of this version answers (CtlExit::protocol).
CtlJson parse_answer(const std::string& body);

// "?a=1&b=2" grows: appends "name=value", percent-encoded, where there is a value.
void add_query(std::string& target, std::string_view name, std::string_view value);

// Where carecloudctl finds the daemon, and by which token: from the command line, else from the daemon's configuration,
// else at the address of the packaged service.
inline constexpr const char* kUsualConfiguration = "/etc/carecloud-syncd/config.yaml";
inline constexpr const char* kUsualSocket = "/run/carecloud-syncd/api.sock";

// Of a configuration with errors the section api is used: the daemon continues with its earlier settings, and its state
// is of most interest then. Failure (usage): --config names a file without one. Reads files, connects to nobody.
CtlResult<DaemonAddress> find_daemon(const CommandLine& line);

}  // namespace carecloud
