// A scripted portal on loopback, and an HttpPortal that queries it.
#pragma once

#include "portal/http/http_portal.hpp"
#include "support/http/scripted_server.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>

namespace carecloud {

inline bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

inline constexpr const char* kWorkspace = "636eeb5d8029cf0df6932c16";
inline constexpr const char* kBucket = "636eeb5d8029cf0df6932c17";
inline constexpr const char* kKey = "S3cretKey0123456789";
inline constexpr const char* kWall = "2024-03-13T12:00:00.0000000Z";

// The executor and a constant wall time; HttpPortal uses nothing else.
class EdgeClock final : public Clock {
  public:
    explicit EdgeClock(boost::asio::io_context& io) : io_(io) {}

    MonoTime now() const override { return {}; }
    Timestamp wall() const override { return *Timestamp::parse(kWall); }
    std::unique_ptr<Alarm> make_alarm() override { throw std::logic_error("HttpPortal has its own timers"); }
    boost::asio::any_io_executor executor() override { return io_.get_executor(); }

  private:
    boost::asio::io_context& io_;
};

inline HttpPortalSettings portal_settings(std::string base_url) {
    return {
        .base_url = std::move(base_url), .workspace_id = kWorkspace, .bucket_id = kBucket, .api_key = kKey};
}

inline StreamSpec claim_attendance() {
    StreamSpec spec;
    spec.entity = "claim_attendance";
    spec.workspace_id = kWorkspace;
    spec.bucket_id = kBucket;
    return spec;
}

// A portal that gives every request the same response, and keeps the last request.
struct ScriptedPortal {
    explicit ScriptedPortal(std::string answer_text) : answer(std::move(answer_text)) {
        auto made = HttpPortal::create(clock, portal_settings(base_url()));
        if (!made) throw std::runtime_error(made.error().message());
        portal = std::move(*made);
    }

    std::string base_url() const { return "http://127.0.0.1:" + std::to_string(server.port()) + "/api/"; }

    Result<PagePtr> query(Projection projection = Projection::stream) {
        const Query query{.spec = &spec, .projection = projection};
        return run(io, portal->query(query));
    }
    Result<PagePtr> retrieve(std::string_view id = "65f35b06e30c8a2e4578d118") {
        return run(io, portal->retrieve(spec, id));
    }
    Result<> refresh() { return run(io, portal->refresh()); }

    Task<> serve(Peer& peer) {
        while (true) {
            const std::string request = co_await peer.read_request();
            if (request.empty()) co_return;
            last_request = request;
            const bool written = co_await peer.write(answer);
            if (!written) co_return;
        }
    }

    boost::asio::io_context io;
    EdgeClock clock{io};
    std::string answer;
    std::string last_request;
    StreamSpec spec = claim_attendance();
    ScriptedServer server{io, [this](Peer& peer) { return serve(peer); }};
    std::unique_ptr<HttpPortal> portal;
};

// A record in the portal's format.
inline std::string record_text(std::string_view id, std::string_view workspace = kWorkspace) {
    std::string text = R"({"_id":")" + std::string(id);
    text += R"(","workspace_id":")" + std::string(workspace) + R"(","bucket_id":")" + kBucket;
    text += R"(","modified":"2023-12-01T22:06:47.9990000Z","disabled":false,"childName":"Maria Lopez"})";
    return text;
}

inline std::string envelope(std::string_view data, bool pascal = false) {
    const std::string head = pascal ? R"({"IsSuccess":true,"ResponseStatus":{},"Data":)"
                                    : R"({"isSuccess":true,"responseStatus":{},"data":)";
    return head + std::string(data) + "}";
}

}  // namespace carecloud
