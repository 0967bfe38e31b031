// Shared by the tests of HttpClient.
#pragma once

#include "net/client/http_client.hpp"
#include "support/http/scripted_server.hpp"

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

namespace carecloud {

inline HttpClientSettings settings_for(const ScriptedServer& server, bool tls = false,
                                       std::string host = "127.0.0.1") {
    HttpClientSettings settings;
    settings.origin = {.tls = tls, .host = std::move(host), .port = server.port()};
    return settings;
}

inline std::unique_ptr<HttpClient> make_client(boost::asio::io_context& io, HttpClientSettings settings) {
    auto client = HttpClient::create(io.get_executor(), std::move(settings));
    if (!client) throw std::runtime_error(client.error().message());
    return std::move(*client);
}

inline Result<HttpResponse> get(boost::asio::io_context& io, HttpClient& client, std::string target = "/") {
    HttpRequest request{.target = std::move(target), .operation = "get it"};
    return run(io, client.request(std::move(request)));
}

// One request to a server that reads it, sends `answer` and closes.
inline Result<HttpResponse> answer_of(std::string answer) {
    boost::asio::io_context io;
    ScriptedServer server(io, [answer](Peer& peer) -> Task<> {
        const std::string request = co_await peer.read_request();
        const bool written = co_await peer.write(answer);
        if (!written) peer.close();
    });
    const auto client = make_client(io, settings_for(server));
    return get(io, *client);
}

}  // namespace carecloud
