// A client that sends whatever bytes a test wants, over TCP or TLS on loopback: what no HTTP client would send.
//
//     WireClient client(port, WireClient::Wire::tls);
//     client.send(post_text("/sns", body));
//     CHECK(status_of(client.reply()) == 400);
//
// Used from one thread. Every call ends within some seconds: a peer that says nothing is told as silence.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace carecloud {

class WireClient {
  public:
    enum class Wire { plain, tls };

    // Throws boost::system::system_error where nobody listens, or TLS fails. Any certificate is taken. `group`: the
    // only one that keys may be exchanged by, such as "ffdhe2048"; empty: OpenSSL's own.
    WireClient(std::uint16_t port, Wire wire, const std::string& group = {});
    ~WireClient();
    WireClient(WireClient&& other) noexcept;
    WireClient& operator=(WireClient&&) = delete;

    // False: the peer has closed.
    bool send(std::string_view bytes);
    // Nothing more will be sent, in TCP's own words.
    void end_sending();
    // The next whole answer; what came of it, perhaps nothing, where the peer closed before its end or fell silent.
    std::string reply();
    // Everything until the peer closes.
    std::string rest();
    // Whether the peer has closed, or reset, by now. Not after reply() or rest().
    bool closed();
    // The common name of the peer's certificate.
    std::string peer_name() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// A POST of that body; `headers` are lines that end with "\r\n".
std::string post_text(const std::string& target, std::string_view body, const std::string& headers = {});
// 0: it is no answer.
int status_of(const std::string& reply);

}  // namespace carecloud
