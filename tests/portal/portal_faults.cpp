#include "portal/portal_faults.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace carecloud {
namespace {

constexpr std::array kNames = {
    FaultName{"33mib", "an answer of 33 MiB"},
    FaultName{"403", "403 Forbidden, as for a bad key"},
    FaultName{"413", "413 Request Entity Too Large"},
    FaultName{"429", "429 Too Many Requests"},
    FaultName{"500", "500 Internal server error"},
    FaultName{"502", "502 Bad gateway"},
    FaultName{"503", "503 Service Unavailable"},
    FaultName{"504", "504 Endpoint request timed out"},
    FaultName{"bom", "a byte-order mark before the JSON"},
    FaultName{"cut", "the body is cut midway and the connection closed"},
    FaultName{"cut-list", "a list silently ends after half of its records"},
    FaultName{"cut-list-10", "a list silently ends after ten records"},
    FaultName{"date-ahead", "the Date header is 40 years ahead"},
    FaultName{"date-hour-ahead", "the Date header is an hour ahead"},
    FaultName{"date-hour-behind", "the Date header is an hour behind"},
    FaultName{"date-past", "the Date header is in 1970"},
    FaultName{"deep-json", "a record with JSON 10,000 deep"},
    FaultName{"duplicate-id", "the first record has two _id, the wrong one first"},
    FaultName{"duplicate-key", "the envelope has two data members, the last one empty"},
    FaultName{"empty-list", "200 with an empty list despite matching records"},
    FaultName{"firewall", "403 with an HTML page if the request body is >= 8 KB"},
    FaultName{"gzip-cut", "truncated gzip, correct length (plain: as not-json)"},
    FaultName{"gzip-padding", "zeros after the last gzip member (plain: none)"},
    FaultName{"html", "200 with an HTML page"},
    FaultName{"is-success-false", "200 with isSuccess:false"},
    FaultName{"lag", "a stale replica: the state of POST /backup, if any"},
    FaultName{"length", "Content-Length smaller than the body"},
    FaultName{"no-date", "no Date header"},
    FaultName{"no-reason", "a status line without a reason phrase"},
    FaultName{"not-json", "200, truncated JSON, correct Content-Length"},
    FaultName{"object-data", "data is an object: {\"items\":[...]}"},
    FaultName{"overfull", "a million empty objects after a list, despite Take"},
    FaultName{"quota", "429 Limit Exceeded"},
    FaultName{"record-nan", "NaN in a record, always the same one, in whole records"},
    FaultName{"record-tab", "as record-nan, with a raw TAB in a string"},
    FaultName{"record-utf8", "as record-nan, with a byte that is not UTF-8"},
    FaultName{"reset", "the connection is reset instead of an answer"},
    FaultName{"retry-after-month", "429 Too Many Requests, with Retry-After: 2678400"},
    FaultName{"signed-field", "a field that differs in each response (signed URL)"},
    FaultName{"slow-body", "half a body, then silence, then closed"},
    FaultName{"slow-head", "silence, then closed"},
    FaultName{"wrong-workspace", "records of another workspace"},
};

Error bad_fault(std::string_view name, std::string hint) {
    return {ErrorCode::invalid_argument, "set a fault", "\"" + std::string(name) + "\"", std::move(hint)};
}

}  // namespace

std::span<const FaultName> fault_names() {
    return kNames;
}

bool PortalFaults::knows(std::string_view name) const {
    return std::any_of(known_.begin(), known_.end(), [&](const FaultName& n) { return n.name == name; });
}

Result<PortalFaults::Fault*> PortalFaults::fault(std::string_view name) {
    if (!knows(name)) {
        std::string hint = "known:";
        for (const FaultName& n : known_)
            hint.append(" ").append(n.name);
        return bad_fault(name, hint);
    }
    return &faults_[std::string(name)];
}

Result<> PortalFaults::set(std::string_view name, double probability) {
    // Written so that NaN is rejected, too.
    if (!(probability >= 0 && probability <= 1))
        return bad_fault(name, "a probability must be between 0 and 1");
    const auto found = fault(name);
    if (!found) return found.error();
    (*found)->probability = probability;
    return {};
}

Result<> PortalFaults::set_times(std::string_view name, std::size_t times) {
    const auto found = fault(name);
    if (!found) return found.error();
    (*found)->times = times;
    return {};
}

Result<> PortalFaults::set_text(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return set(text, 1);
    const std::string_view number = text.substr(colon + 1);
    double probability = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), probability);
    if (error != std::errc{} || end != number.data() + number.size()) {
        return bad_fault(text, "write NAME:PROBABILITY, such as 429:0.05");
    }
    return set(text.substr(0, colon), probability);
}

std::optional<std::string> PortalFaults::pick() {
    for (auto& [name, fault] : faults_) {
        if (fault.times == 0) continue;
        --fault.times;
        return name;
    }
    for (const auto& [name, fault] : faults_) {
        if (fault.probability <= 0) continue;
        const double drawn = static_cast<double>(random_.next() >> 11) * 0x1p-53;  // uniform in [0, 1)
        if (drawn < fault.probability) return name;
    }
    return std::nullopt;
}

std::map<std::string, double> PortalFaults::probabilities() const {
    std::map<std::string, double> result;
    for (const auto& [name, fault] : faults_) {
        if (fault.probability > 0) result[name] = fault.probability;
    }
    return result;
}

}  // namespace carecloud
