#include "portal/portal_spoil.hpp"

#include "net/http_message.hpp"
#include "portal/portal_answer.hpp"
#include "portal/raw_json.hpp"
#include "portal/wall_now.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace carecloud {
namespace {

constexpr std::string_view kForeignId = "ffffffffffffffffffffffff";
constexpr std::size_t kDeep = 10'000;
constexpr std::size_t kHugeBytes = std::size_t{33} << 20;
constexpr std::size_t kOverfull = 1'000'000;
constexpr std::size_t kFewRecords = 10;
// A member of every record that is shown as a whole, but not of one that is shown with only its key.
constexpr std::string_view kWholeMember = "\"workspace_id\":";

struct GatewayFault {
    std::string_view name;
    int status;
    const char* message;
};

// These messages are AWS API Gateway's.
constexpr GatewayFault kGatewayFaults[] = {
    {"429", 429, "Too Many Requests"},
    {"quota", 429, "Limit Exceeded"},
    {"403", 403, "Forbidden"},
    {"413", 413, "Request Entity Too Large"},
    {"500", 500, "Internal server error"},
    {"502", 502, "Internal server error"},
    {"503", 503, "Service Unavailable"},
    {"504", 504, "Endpoint request timed out"},
};

// A valid envelope with an invented record that has an additional member.
std::string lone_record(const PortalModel& model, bool list, std::string_view member) {
    std::string text = answer_head(model.settings().pascal, std::nullopt);
    text.append(list ? "[" : "").append(R"({"_id":")").append(kForeignId);
    text.append(R"(","modified":"2024-03-02T00:00:00.0000000Z","x":)").append(member).append("}");
    return text.append(list ? "]" : "").append(kAnswerTail);
}

std::string huge_member() {
    std::string member(kHugeBytes, 'x');
    member.front() = '"';
    member.back() = '"';
    return member;
}

std::string deep_member() {
    return std::string(kDeep, '[').append(kDeep, ']');
}

// Overwrites the value of each member of that name, up to its closing quote.
void overwrite_ids(std::string& text, std::string_view member) {
    const std::string start = "\"" + std::string(member) + "\":\"";
    for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at)) {
        at += start.size();
        for (std::size_t i = 0; i < kForeignId.size() && at + i < text.size() && text[at + i] != '"'; ++i) {
            text[at + i] = kForeignId[i];
        }
    }
}

// The start of the value of `data`, in either spelling.
std::size_t data_at(const std::string& text) {
    for (const std::string_view name : {"\"data\":", "\"Data\":"}) {
        const std::size_t at = text.find(name);
        if (at != std::string::npos) return at + name.size();
    }
    return std::string::npos;
}

std::string overfilled(std::string text, std::size_t data) {
    if (text[data] != '[') return text;
    std::string filling;
    filling.reserve(3 * kOverfull);
    for (std::size_t i = 0; i < kOverfull; ++i)
        filling += "{},";
    if (text[data + 1] == ']') filling.pop_back();
    // After the last record, before the end of the envelope.
    const std::size_t end = text.size() - kAnswerTail.size() - 1;
    if (text[data + 1] != ']') {
        filling.pop_back();
        filling.insert(filling.begin(), ',');
    }
    text.insert(end, filling);
    return text;
}

}  // namespace

std::optional<PortalModel::Answer> answer_of_fault(std::string_view fault, const PortalModel& model,
                                                   bool list) {
    for (const GatewayFault& known : kGatewayFaults) {
        if (known.name == fault) return PortalModel::Answer{known.status, gateway_text(known.message)};
    }
    if (fault == "html")
        return PortalModel::Answer{200, "<!DOCTYPE html><html><body>Signing in again…</body></html>"};
    if (fault == "is-success-false")
        return model.refuse(200, "InternalError", "the request could not be processed");
    if (fault == "deep-json") return PortalModel::Answer{200, lone_record(model, list, deep_member())};
    if (fault == "33mib") return PortalModel::Answer{200, lone_record(model, list, huge_member())};
    if (fault == "empty-list") {
        const std::string head = answer_head(model.settings().pascal, std::nullopt);
        return PortalModel::Answer{200, head + (list ? "[]" : "null") + std::string(kAnswerTail)};
    }
    return std::nullopt;
}

std::string spoiled_text(std::string_view fault, std::string text, bool zipped) {
    if (fault == "not-json" || (fault == "gzip-cut" && !zipped)) text.resize(text.size() / 2);
    if (fault == "bom") text.insert(0, "\xEF\xBB\xBF");
    if (fault == "wrong-workspace") {
        overwrite_ids(text, "workspace_id");
        overwrite_ids(text, "bucket_id");
    }
    const std::size_t data = data_at(text);
    if (data == std::string::npos) return text;
    if (fault == "duplicate-key") {
        const std::string name = text.substr(data - 7, 7);
        text.insert(text.size() - kAnswerTail.size(), "," + name + (text[data] == '[' ? "[]" : "null"));
    }
    if (fault == "object-data" && text[data] == '[') {
        text.insert(text.size() - kAnswerTail.size(), "}");
        text.insert(data, R"({"items":)");
    }
    if (fault == "overfull") text = overfilled(std::move(text), data);
    const std::size_t brace = text.find('{', data);
    if (fault == "duplicate-id" && brace != std::string::npos) {
        text.insert(brace + 1, R"("_id":")" + std::string(kForeignId) + "\",");
    }
    return text;
}

std::string spoiled_member(std::string_view fault) {
    if (fault == "record-tab") return "\"note\":\"a\tb\",";
    if (fault == "record-nan") return "\"note\":NaN,";
    if (fault == "record-utf8") return "\"note\":\"caf\xE9\",";
    return {};
}

std::string with_spoiled_record(std::string text, const std::string& member, std::string& id) {
    constexpr std::string_view begin = "{\"_id\":\"";
    std::size_t at = text.find(id.empty() ? std::string(begin) : std::string(begin) + id + "\"",
                               id.empty() ? text.size() / 2 : 0);
    if (at == std::string::npos && id.empty()) at = text.find(begin);
    if (at == std::string::npos) return text;
    const std::size_t next = std::min(text.find(begin, at + 1), text.size());
    if (text.substr(at, next - at).find(kWholeMember) == std::string::npos) return text;
    if (id.empty())
        id = text.substr(at + begin.size(), text.find('"', at + begin.size()) - at - begin.size());
    return text.insert(at + 1, member);
}

std::string cut_list(std::string_view fault, std::string text) {
    const bool to_ten = fault == "cut-list-10";
    if (!to_ten && fault != "cut-list") return text;
    const std::size_t data = data_at(text);
    if (data == std::string::npos || text[data] != '[') return text;
    const std::size_t end = text.size() - kAnswerTail.size();
    const std::vector<std::string_view> elements =
        array_elements(std::string_view(text).substr(data, end - data));
    const std::size_t kept = to_ten ? kFewRecords : elements.size() / 2;
    if (kept == 0 || kept >= elements.size()) return text;
    const std::string_view last = elements[kept - 1];
    const auto from = static_cast<std::size_t>(last.data() + last.size() - text.data());
    return text.erase(from, end - 1 - from);
}

std::string with_signed_field(std::string text, std::uint64_t number) {
    // A record shown as a whole has its system fields, one shown with only its key does not.
    constexpr std::string_view before = R"("workspace_id":)";
    const std::string field =
        R"("signedUrl":"https://files.invalid/?signature=)" + std::to_string(number) + "\",";
    for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
        text.insert(at, field);
        at += field.size() + before.size();
    }
    return text;
}

std::optional<std::string> date_of_fault(std::string_view fault) {
    constexpr std::int64_t hour = std::int64_t{3600} * Timestamp::ticks_per_second;
    const auto ahead = [](std::int64_t ticks) {
        return format_http_date(Timestamp{wall_now().ticks + ticks});
    };
    if (fault == "no-date") return "";
    if (fault == "date-past") return format_http_date(Timestamp{0});
    if (fault == "date-ahead") return ahead(std::int64_t{40} * 365 * 24 * hour);
    if (fault == "date-hour-ahead") return ahead(hour);
    if (fault == "date-hour-behind") return ahead(-hour);
    return std::nullopt;
}

ReplyWire wire_of_fault(std::string_view fault) {
    if (fault == "cut") return ReplyWire::cut;
    if (fault == "length") return ReplyWire::short_length;
    if (fault == "slow-head") return ReplyWire::slow_head;
    if (fault == "slow-body") return ReplyWire::slow_body;
    if (fault == "reset") return ReplyWire::reset;
    return ReplyWire::whole;
}

}  // namespace carecloud
