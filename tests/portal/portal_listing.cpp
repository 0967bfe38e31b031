#include "portal/portal_listing.hpp"

#include "portal/portal_answer.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <vector>

#include <openssl/evp.h>

namespace carecloud {
namespace {

constexpr std::size_t kChunkBytes = 1 << 20;

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        hex.push_back("0123456789abcdef"[digest[i] >> 4]);
        hex.push_back("0123456789abcdef"[digest[i] & 15]);
    }
    return hex;
}

void append_line(const PortalDocument& document, bool keys_only, std::string& out) {
    if (!keys_only) {
        out.append(document.raw()).append("\n");
        return;
    }
    const auto or_null = [](std::string_view token) {
        return token.empty() ? std::string_view("null") : token;
    };
    out.append(R"({"_id":)").append(or_null(document.id_token())).append(R"(,"modified":)");
    out.append(or_null(document.modified_token()))
        .append(R"(,"sha256":")")
        .append(sha256_hex(document.raw()))
        .append("\"}\n");
}

// Reads an optional member into `value`; returns false if it has another type.
template <class T>
bool read_number(const Json& json, const char* name, T& value) {
    const auto found = json.find(name);
    if (found == json.end()) return true;
    const bool good = std::is_floating_point_v<T> ? found->is_number() && found->get<double>() > 0
                                                  : found->is_number_unsigned();
    if (good) value = found->get<T>();
    return good;
}

template <class T>
bool read_number(const Json& json, const char* name, std::optional<T>& value) {
    const auto found = json.find(name);
    if (found == json.end()) return true;
    T number{};
    value.reset();
    if (found->is_null()) return true;
    if (!read_number(json, name, number)) return false;
    value = number;
    return true;
}

}  // namespace

Json counts_json(PortalService& service) {
    const PortalCounts& counts = service.counts();
    Json statuses = Json::object();
    for (const auto& [status, count] : counts.statuses)
        statuses[std::to_string(status)] = count;
    Json held = Json::object();
    for (const std::string& entity : service.model().entities()) {
        if (service.model().size(entity) > 0) held[entity] = service.model().size(entity);
    }
    return {{"requests", counts.requests},
            {"total", counts.total_requests()},
            {"statuses", statuses},
            {"faults", counts.faults},
            {"served", {{"records", counts.records}, {"bytes", counts.body_bytes}}},
            {"connections", {{"accepted", counts.connections}, {"open", counts.connections_open}}},
            {"quota_used", service.gateway().quota_used()},
            {"held", held},
            {"waiting", service.model().waiting()}};
}

Json settings_json(PortalService& service) {
    const GatewaySettings& gateway = service.gateway().settings();
    const ModelSettings& model = service.model().settings();
    const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
    return {{"dialect", dialect_text(model)},
            {"limit_bytes", model.response_limit_bytes},
            {"too_large_status", model.too_large_status},
            {"list_bytes", model.list_bytes},
            {"rate", or_null(gateway.per_second)},
            {"burst", gateway.burst},
            {"quota", or_null(gateway.quota)},
            {"retry_after", or_null(gateway.retry_after_s)},
            {"gzip", service.settings().gzip},
            {"faults", service.faults().probabilities()}};
}

std::optional<std::string> change_settings(PortalService& service, std::string_view body) {
    const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return "the body must be a JSON object";
    ModelSettings model = service.model().settings();
    GatewaySettings gateway = service.gateway().settings();
    if (const auto dialect = json.find("dialect"); dialect != json.end()) {
        if (!dialect->is_string()) return "dialect must be a string";
        const auto changed = with_dialect(model, dialect->get_ref<const std::string&>());
        if (!changed) return changed.error().message();
        model = *changed;
    }
    if (const auto key = json.find("api_key"); key != json.end()) {
        if (!key->is_string()) return "api_key must be a string";
        gateway.api_key = key->get<std::string>();
    }
    unsigned too_large_status = static_cast<unsigned>(model.too_large_status);
    const bool numbers =
        read_number(json, "limit_bytes", model.response_limit_bytes) &&
        read_number(json, "list_bytes", model.list_bytes) &&
        read_number(json, "too_large_status", too_large_status) &&
        read_number(json, "rate", gateway.per_second) && read_number(json, "burst", gateway.burst) &&
        read_number(json, "quota", gateway.quota) && read_number(json, "retry_after", gateway.retry_after_s);
    if (!numbers || too_large_status < 400 || too_large_status > 599) return "a number is out of its range";
    const auto gzip = json.find("gzip");
    if (gzip != json.end() && !gzip->is_boolean()) return "gzip must be true or false";
    model.too_large_status = static_cast<int>(too_large_status);
    service.model().change_settings(model);
    const char* gateway_members[] = {"api_key", "rate", "burst", "quota", "retry_after"};
    const bool gateway_named = std::any_of(std::begin(gateway_members), std::end(gateway_members),
                                           [&](const char* name) { return json.contains(name); });
    if (gateway_named) service.gateway().change(gateway);
    if (gzip != json.end()) service.set_gzip(gzip->get<bool>());
    return std::nullopt;
}

PortalReply listing_reply(const PortalModel& model, const std::string& entity, bool keys_only) {
    if (model.collection(entity) == nullptr) return gateway_reply(404, "no such entity");
    // By number, not by pointer: a chunk may be sent long after the previous one.
    auto numbers = std::make_shared<std::vector<std::uint64_t>>();
    model.for_each(entity, [&](const PortalDocument& document) { numbers->push_back(document.number()); });
    PortalReply reply{.content_type = "application/x-ndjson"};
    reply.next_chunk = [&model, entity, keys_only, numbers, at = std::size_t{0}](std::string& chunk) mutable {
        chunk.clear();
        const PortalCollection* documents = model.collection(entity);
        for (; at < numbers->size() && chunk.size() < kChunkBytes; ++at) {
            const PortalDocument* document = documents->find_number((*numbers)[at]);
            if (document != nullptr) append_line(*document, keys_only, chunk);
        }
        return !chunk.empty();
    };
    return reply;
}

}  // namespace carecloud
