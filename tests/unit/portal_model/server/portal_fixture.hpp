// A loopback portal with a few records, on a separate thread.
#pragma once

#include "portal/portal_edit.hpp"
#include "portal/portal_server.hpp"
#include "raw_client.hpp"

#include <memory>
#include <string>

#include <catch2/catch.hpp>

namespace carecloud {

inline constexpr const char* kQuery = "/api/appdata/claim_attendance/query";
inline constexpr const char* kByKey = R"({"Take":1000,"WithoutTotal":true,"Sort":{"modified":1,"_id":1}})";

class RunningPortal {
  public:
    explicit RunningPortal(PortalServerSettings settings = {}, std::uint64_t records = 20) {
        settings.control = true;
        auto opened = PortalServer::open(std::move(settings));
        REQUIRE(opened.has_value());
        server_ = std::move(*opened);
        server_->with_service(
            [&](PortalService& service) { REQUIRE(fill(service.model(), {}, records).has_value()); });
        server_->start();
    }

    PortalServer& operator*() { return *server_; }
    PortalServer* operator->() { return server_.get(); }

    RawAnswer query(const std::string& body = kByKey, const Headers& headers = {}) {
        return ask(server_->port(), "POST", kQuery, body, headers);
    }
    RawAnswer control(const std::string& method, const std::string& target, const std::string& body = "") {
        return ask(server_->control_port(), method, target, body);
    }
    void fault(const std::string& name) {
        const auto answer = control("POST", "/fault", R"({"name":")" + name + R"(","times":1})");
        CAPTURE(answer.body);
        REQUIRE(answer.status == 200);
    }

  private:
    std::unique_ptr<PortalServer> server_;
};

}  // namespace carecloud
