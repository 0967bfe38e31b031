// A client that sends arbitrary bytes, over TCP or TLS on loopback: requests that no HTTP client would send.
//
//     WireClient client(port, WireClient::Wire::tls);
//     client.send(post_text("/sns", body));
//     CHECK(status_of(client.reply()) == 400);
//
// Used from one thread. Every call ends within some seconds; a silent peer is reported as such.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace carecloud {

class WireClient {
  public:
    enum class Wire { plain, tls };

    // Throws boost::system::system_error if no server listens, or TLS fails. Any certificate is accepted. `group`: the
    // only one for key exchange, such as "ffdhe2048"; empty: OpenSSL's default.
    WireClient(std::uint16_t port, Wire wire, const std::string& group = {});
    ~WireClient();
    WireClient(WireClient&& other) noexcept;
    WireClient& operator=(WireClient&&) = delete;

    // False: the peer has closed.
    bool send(std::string_view bytes);
    // Shuts down the sending side of TCP.
    void end_sending();
    // The next complete response; or its beginning, possibly empty, if the peer closed before its end or stopped
    // sending.
    std::string reply();
    // Everything until the peer closes.
    std::string rest();
    // Whether the peer has closed or reset the connection by now. Not after reply() or rest().
    bool closed();
    // The common name of the peer's certificate.
    std::string peer_name() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// A POST of that body; `headers` are lines that end with "\r\n".
std::string post_text(const std::string& target, std::string_view body, const std::string& headers = {});
// 0 if it is not a response.
int status_of(const std::string& reply);

}  // namespace carecloud
