// A blocking HTTP client for one exchange per connection that hides nothing: what was received, and how it ended.
#pragma once

#include "net/client/gzip.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>

namespace carecloud {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct RawAnswer {
    unsigned status = 0;  // 0: no head was received
    boost::beast::http::fields headers;
    std::string body;  // as far as it was received, still compressed
    boost::beast::error_code failure;

    std::string header(const std::string& name) const { return std::string(headers[name]); }
    nlohmann::ordered_json json() const { return nlohmann::ordered_json::parse(body, nullptr, false); }
};

class RawClient {
  public:
    explicit RawClient(std::uint16_t port) : socket_(context_) {
        socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    }

    // Consecutive requests use one connection.
    RawAnswer ask(const std::string& method, const std::string& target, const std::string& body = "",
                  const Headers& headers = {}) {
        namespace http = boost::beast::http;
        http::request<http::string_body> request;
        request.method_string(method);
        request.target(target);
        request.set(http::field::host, "127.0.0.1");
        for (const auto& [name, value] : headers)
            request.set(name, value);
        request.body() = body;
        request.prepare_payload();
        RawAnswer answer;
        http::write(socket_, request, answer.failure);
        if (answer.failure) return answer;
        http::response_parser<http::string_body> parser;
        parser.body_limit(boost::none);
        http::read(socket_, buffer_, parser, answer.failure);
        if (parser.is_header_done()) answer.status = parser.get().result_int();
        answer.headers = parser.get();
        answer.body = parser.get().body();
        return answer;
    }

    // Sends bytes as they are and reads to the end of the connection.
    std::string exchange(const std::string& bytes) {
        boost::beast::error_code failure;
        boost::asio::write(socket_, boost::asio::buffer(bytes), failure);
        socket_.shutdown(boost::asio::socket_base::shutdown_send, failure);
        std::string answer;
        boost::asio::read(socket_, boost::asio::dynamic_buffer(answer), failure);
        return answer;
    }

  private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
};

inline RawAnswer ask(std::uint16_t port, const std::string& method, const std::string& target,
                     const std::string& body = "", const Headers& headers = {}) {
    return RawClient(port).ask(method, target, body, headers);
}

}  // namespace carecloud
