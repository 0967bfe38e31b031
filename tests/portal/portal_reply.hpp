// A response, and how to send it: the loopback portal's faults need more freedom than an HTTP library provides. Also
// the call that it responds to.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

struct PortalCall {
    std::string method{};
    std::string target{};  // path and query, still percent-encoded
    std::string body{};
    std::string api_key{};
    std::string workspace_id{};  // X-Param-Override-WorkspaceId
    std::string bucket_id{};
    bool accepts_gzip = false;
};

enum class ReplyWire {
    whole,
    cut,           // half the body, then closed
    short_length,  // Content-Length is less than what is sent, then closed
    slow_head,     // nothing for a while, then closed
    slow_body,     // half the body, nothing for a while, then closed
    reset,         // RST instead of a response
};

struct PortalReply {
    int status = 200;
    std::string content_type = "application/json; charset=utf-8";
    std::vector<std::pair<std::string, std::string>> headers{};
    std::shared_ptr<const std::string> body = std::make_shared<const std::string>();
    ReplyWire wire = ReplyWire::whole;
    bool has_reason = true;             // the status line has a reason phrase, and the blank before it
    std::optional<std::string> date{};  // replaces the correct `Date`; empty: no such header
    // If set, the response is sent in chunks instead of `body`. Sets the next chunk; returns false after the last.
    std::function<bool(std::string& chunk)> next_chunk{};

    void set_body(std::string text) { body = std::make_shared<const std::string>(std::move(text)); }
};

// {"message":"…"} with that status.
PortalReply gateway_reply(int status, std::string_view message);
// A JSON text with that status.
PortalReply json_reply(int status, std::string text);

// The status line and headers, including the final empty line. `length` is the value of Content-Length.
std::string reply_head(const PortalReply& reply, std::size_t length, bool keep_alive, std::string_view date);

// The segments of the path, decoded; and the value of a query parameter, empty if it is absent.
struct PortalTarget {
    std::vector<std::string> path;
    std::vector<std::pair<std::string, std::string>> query;

    std::string value(std::string_view name) const;
};
PortalTarget parse_target(std::string_view target);
// Invalid escapes are left unchanged.
std::string percent_decoded(std::string_view text);

}  // namespace carecloud
