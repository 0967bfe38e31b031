#include "portal/portal_reply.hpp"

#include "portal/portal_answer.hpp"

#include <boost/beast/http/status.hpp>

namespace carecloud {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Calls `part` with each text between separators.
template <class Part>
void split(std::string_view text, char separator, Part part) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        part(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace

std::string percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                            hex_digit(text[i + 2]) >= 0;
        if (escape) {
            result.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
            i += 2;
        } else {
            result.push_back(text[i]);
        }
    }
    return result;
}

PortalReply gateway_reply(int status, std::string_view message) {
    PortalReply reply{.status = status, .content_type = "application/json"};
    reply.set_body(gateway_text(message));
    return reply;
}

PortalReply json_reply(int status, std::string text) {
    PortalReply reply{.status = status};
    reply.set_body(std::move(text));
    return reply;
}

std::string reply_head(const PortalReply& reply, std::size_t length, bool keep_alive, std::string_view date) {
    const auto reason =
        boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(reply.status));
    std::string head = "HTTP/1.1 " + std::to_string(reply.status);
    if (reply.has_reason) head.append(" ").append(reason.data(), reason.size());
    const std::string_view shown = reply.date ? *reply.date : date;
    if (!shown.empty()) head.append("\r\nDate: ").append(shown);
    head.append("\r\nServer: carecloud-portal (a loopback portal for tests)\r\nContent-Type: ")
        .append(reply.content_type);
    if (reply.next_chunk)
        head.append("\r\nTransfer-Encoding: chunked");
    else
        head.append("\r\nContent-Length: ").append(std::to_string(length));
    for (const auto& [name, value] : reply.headers)
        head.append("\r\n").append(name).append(": ").append(value);
    head.append(keep_alive ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
    return head;
}

std::string PortalTarget::value(std::string_view name) const {
    for (const auto& [known, text] : query) {
        if (known == name) return text;
    }
    return {};
}

PortalTarget parse_target(std::string_view target) {
    PortalTarget result;
    const std::size_t mark = std::min(target.find('?'), target.size());
    split(target.substr(0, mark), '/', [&](std::string_view part) {
        if (!part.empty()) result.path.push_back(percent_decoded(part));
    });
    split(target.substr(std::min(mark + 1, target.size())), '&', [&](std::string_view part) {
        const std::size_t equals = std::min(part.find('='), part.size());
        result.query.emplace_back(percent_decoded(part.substr(0, equals)),
                                  percent_decoded(part.substr(std::min(equals + 1, part.size()))));
    });
    return result;
}

}  // namespace carecloud
