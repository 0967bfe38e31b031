#include "portal/portal_service.hpp"

#include "portal/portal_spoil.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kGzipFromBytes = 256;  // smaller bodies would grow
constexpr std::size_t kFirewallBytes = 8 * 1024;
constexpr std::size_t kPaddingBytes = 512;

PortalReply firewall_reply() {
    PortalReply reply{.status = 403, .content_type = "text/html"};
    reply.set_body("<html><head><title>403 Forbidden</title></head><body>Request blocked.</body></html>");
    return reply;
}

}  // namespace

// The meaning of a target; kind is query, retrieve, refresh or other.
struct PortalService::Route {
    std::string kind = "other";
    std::string method;  // the accepted method
    std::string entity;
    std::string id;

    static Route of(std::string_view target, std::string_view base_path) {
        const PortalTarget parsed = parse_target(target);
        const PortalTarget base = parse_target(base_path);
        Route route;
        if (parsed.path.size() < base.path.size()) return route;
        const auto from = parsed.path.begin() + std::ssize(base.path);
        if (!std::equal(base.path.begin(), base.path.end(), parsed.path.begin())) return route;
        const std::vector<std::string> rest(from, parsed.path.end());
        if (rest == std::vector<std::string>{"status", "refresh"}) {
            route.kind = "refresh";
            route.method = "POST";
        } else if (rest.size() == 3 && rest[0] == "appdata" &&
                   (rest[2] == "query" || rest[2] == "retrieve")) {
            route.kind = rest[2];
            route.method = rest[2] == "query" ? "POST" : "GET";
            route.entity = rest[1];
            route.id = parsed.value("id");
        }
        return route;
    }
};

PortalService::PortalService(ServiceSettings settings)
    : settings_(std::move(settings)),
      model_(settings_.model),
      faults_(settings_.seed),
      gateway_(settings_.gateway) {}

PortalReply PortalService::handle(const PortalCall& call, Timestamp now, double now_s) {
    model_.set_now(now);
    const Route target = Route::of(call.target, settings_.base_path);
    PortalReply reply = route(target, call, now_s);
    const bool silent = reply.wire == ReplyWire::reset || reply.wire == ReplyWire::slow_head;
    ++counts_.requests[target.kind];
    ++counts_.statuses[silent ? 0 : reply.status];
    if (settings_.log) {
        settings_.log(now.to_string_ms() + " " + call.method + " " + target.kind + " " + target.entity + " " +
                      (silent ? "-" : std::to_string(reply.status)) + " " +
                      std::to_string(reply.body->size()) + " bytes");
    }
    return reply;
}

PortalReply PortalService::route(const Route& route, const PortalCall& call, double now_s) {
    if (route.method.empty()) return gateway_reply(404, "Not Found");
    if (call.method != route.method) {
        PortalReply reply = gateway_reply(405, "Method Not Allowed");
        reply.headers.emplace_back("Allow", route.method);
        return reply;
    }
    if (auto refusal = gateway_.check(call.api_key, now_s)) return *std::move(refusal);
    if (route.kind == "refresh")
        return sent_as({200, model_.settings().pascal ? R"({"IsSuccess":true})" : R"({"isSuccess":true})"},
                       call);
    return data(route, call);
}

PortalReply PortalService::data(const Route& route, const PortalCall& call) {
    const bool list = route.kind == "query";
    auto fault = faults_.pick();
    if (fault == "firewall" && call.body.size() < kFirewallBytes) fault.reset();
    if (fault) {
        ++counts_.faults[*fault];
        if (*fault == "firewall") return firewall_reply();
        if (*fault == "retry-after-month") {
            PortalReply reply = gateway_reply(429, "Too Many Requests");
            reply.headers.emplace_back("Retry-After", "2678400");
            return reply;
        }
        if (auto answer = answer_of_fault(*fault, model_, list)) {
            PortalReply reply = sent_as(*std::move(answer), call);
            if (*fault == "html") reply.content_type = "text/html; charset=utf-8";
            return reply;
        }
    } else if (list) {
        return query(route, call);
    }
    PortalModel::Answer answer = this->answer(route, call, fault.value_or(""));
    const bool good = answer.status == 200;
    if (good) counts_.records += answer.records;
    if (!fault) return sent_as(std::move(answer), call);
    if (good) answer.body = spoiled_text(*fault, std::move(answer.body), zips(call));
    if (good) answer.body = cut_list(*fault, std::move(answer.body));
    if (good && *fault == "signed-field")
        answer.body = with_signed_field(std::move(answer.body), ++signatures_);
    const std::string member = spoiled_member(*fault);
    if (good && !member.empty())
        answer.body = with_spoiled_record(std::move(answer.body), member, spoiled_record_);
    PortalReply reply = sent_as(std::move(answer), call);
    reply.wire = wire_of_fault(*fault);
    reply.date = date_of_fault(*fault);
    reply.has_reason = *fault != "no-reason";
    const bool zipped = std::any_of(reply.headers.begin(), reply.headers.end(),
                                    [](const auto& header) { return header.first == "Content-Encoding"; });
    if (good && *fault == "gzip-cut" && zips(call))
        reply.set_body(reply.body->substr(0, reply.body->size() / 2));
    if (*fault == "gzip-padding" && zipped) reply.set_body(*reply.body + std::string(kPaddingBytes, '\0'));
    return reply;
}

PortalModel::Answer PortalService::answer(const Route& route, const PortalCall& call,
                                          std::string_view fault) {
    PortalModel* const replica = fault == "lag" ? backup_.replica(model_.settings()) : nullptr;
    PortalModel& model = replica != nullptr ? *replica : model_;
    if (route.kind != "query") return model.retrieve(route.entity, route.id);
    return model.query(route.entity, call.body, call.workspace_id, call.bucket_id);
}

PortalReply PortalService::query(const Route& route, const PortalCall& call) {
    if (settings_.cache_bytes > 0) return cached_query(route, call);
    PortalModel::Answer answer = model_.query(route.entity, call.body, call.workspace_id, call.bucket_id);
    counts_.records += answer.records;
    return sent_as(std::move(answer), call);
}

PortalReply PortalService::cached_query(const Route& route, const PortalCall& call) {
    if (cached_version_ != model_.version()) {
        cache_.clear();
        cached_bytes_ = 0;
        cached_version_ = model_.version();
    }
    std::string key = route.entity + '\n' + call.workspace_id + '\n' + call.bucket_id;
    key.append(zips(call) ? "\nz\n" : "\n-\n").append(call.body);
    if (const auto known = cache_.find(key); known != cache_.end()) {
        counts_.records += known->second.records;
        return known->second.reply;
    }
    PortalModel::Answer answer = model_.query(route.entity, call.body, call.workspace_id, call.bucket_id);
    const std::size_t records = answer.records;
    counts_.records += records;
    PortalReply reply = sent_as(std::move(answer), call);
    const std::size_t bytes = key.size() + reply.body->size();
    if (cached_bytes_ + bytes <= settings_.cache_bytes) {
        cached_bytes_ += bytes;
        cache_.emplace(std::move(key), Cached{reply, records});
    }
    return reply;
}

PortalReply PortalService::sent_as(PortalModel::Answer answer, const PortalCall& call) {
    PortalReply reply{.status = answer.status};
    if (settings_.gzip) reply.headers.emplace_back("Vary", "Accept-Encoding");
    counts_.body_bytes += answer.body.size();
    if (!zips(call) || answer.body.size() < kGzipFromBytes) {
        reply.set_body(std::move(answer.body));
        return reply;
    }
    reply.headers.emplace_back("Content-Encoding", "gzip");
    reply.set_body(gzip_.compress(answer.body));
    return reply;
}

}  // namespace carecloud
