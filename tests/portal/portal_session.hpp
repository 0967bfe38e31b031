// A connection of the loopback portal, for either port and with or without TLS: reads calls, sends replies, and applies
// faults that concern the wire.
//
// On the server's thread.
#pragma once

#include "portal/portal_reply.hpp"

#include <chrono>
#include <cstddef>
#include <functional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

namespace carecloud {

struct SessionSettings {
    std::function<PortalReply(const PortalCall&)> handle;
    std::size_t body_bytes_max = 0;            // of a call
    std::chrono::milliseconds slow{};          // how long the slow faults stay silent
    std::chrono::milliseconds latency{};       // from each call to its reply
    std::size_t concurrent_max = 0;            // further concurrent calls get 429; 0: no limit
    std::size_t* concurrent = nullptr;         // calls in progress; nullptr: not counted
    std::chrono::seconds idle{300};            // a connection without a call is closed after this time
    boost::asio::ssl::context* tls = nullptr;  // nullptr: plain
};

// Ends when the other side has disconnected, or a fault has closed the connection. `settings` must outlive the call.
boost::asio::awaitable<void> serve_connection(boost::asio::ip::tcp::socket socket,
                                              const SessionSettings& settings);

}  // namespace carecloud
