#include "simulation/spoiler.hpp"

#include "json/slice.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// How far a replica may lag, given the overlap that late rows (Writers) leave.
constexpr int kLagPercent = 25;
constexpr std::size_t kOldMax = 200;

std::string question_of(const SeenRequest& request) {
    return request.entity + ' ' + request.kind + ' ' + request.text;
}

}  // namespace

bool is_in_order(const std::string& body) {
    const auto page = slice_page(body, {});
    return page &&
           std::is_sorted(page->records.begin(), page->records.end(), [](const auto& a, const auto& b) {
               return std::tie(a.modified_text, a.id) < std::tie(b.modified_text, b.id);
           });
}

void Spoiler::note(const SeenRequest& request, const std::string& body) {
    const Timestamp now = model_.now();
    Old& kept = old_[question_of(request)];
    // The older of two within the lag, so that it differs.
    if (kept.at + plan_.overlap * kLagPercent / 100 < now) kept = {now, body};
    if (old_.size() > kOldMax) old_.clear();
}

bool Spoiler::spoil(Fault fault, const SeenRequest& request, std::string& body) {
    switch (fault) {
        case Fault::server:
            return break_it(body);
        case Fault::empty:
            body = is_pascal() ? R"({"IsSuccess":true,"Data":[]})" : R"({"isSuccess":true,"data":[]})";
            return true;
        case Fault::foreign:
            return make_foreign(body);
        case Fault::unsorted:
            return unsort(request, body);
        case Fault::stale:
            return take_old(request, body);
        case Fault::total:
            return say_total(body);
        case Fault::cut:
            return cut(body);
        case Fault::envelope:
            return wrap(body);
        default:
            return false;
    }
}

// The listing ends early: at least one record of several is kept.
bool Spoiler::cut(std::string& body) {
    std::vector<std::size_t> ends;
    const auto first = body.find("[{");
    for (auto end = first; end != std::string::npos; end = body.find("},{", end + 1))
        ends.push_back(end);
    if (first == std::string::npos || ends.size() < 2) return false;
    const auto last = body.rfind("}]");
    if (last == std::string::npos) return false;
    const std::size_t from = ends[static_cast<std::size_t>(between(rare_random_, 1, std::ssize(ends) - 1))];
    body.erase(from, last - from);
    return true;
}

bool Spoiler::wrap(std::string& body) {
    const auto first = body.find("[{");
    const auto last = body.rfind("}]");
    if (first == std::string::npos || last == std::string::npos) return false;
    body.insert(last + 2, "}");
    body.insert(first, R"({"items":)");
    return true;
}

std::string Spoiler::spoil_bytes(const std::string& id, std::string& body, std::uint64_t kind) {
    const std::string own = R"("_id":")" + id;
    std::size_t at = id.empty() ? std::string::npos : body.find(own);
    if (id.empty() && !body.empty())
        at = body.rfind(own, static_cast<std::size_t>(between(rare_random_, 0, std::ssize(body) - 1)));
    const auto end = body.find('}', at);
    const auto text = body.find(R"("text":"edit )", at);
    // A listing of keys has no such field.
    if (at == std::string::npos || text == std::string::npos || text > end) return {};
    constexpr std::string_view spoiled[] = {"\"text\":\"ed\tit ", "\"text\":\"ed\xffit ",
                                            R"("text":NaN,"u":" )"};
    std::string found = body.substr(at + own.size() - id.size(), id.empty() ? 24 : id.size());
    body.replace(text, 13, spoiled[kind % std::size(spoiled)]);
    return found;
}

void Spoiler::renew_field(std::string& body) {
    constexpr std::string_view field = R"("url":"sig-)";
    std::string number = std::to_string(++renewed_);
    number.insert(0, 8 - std::min<std::size_t>(8, number.size()), '0');
    for (auto at = body.find(field); at != std::string::npos; at = body.find(field, at + 1))
        body.replace(at + field.size(), number.size(), number);
}

std::string Spoiler::refusal() const {
    return is_pascal() ? R"({"IsSuccess":false,"ResponseStatus":{"ErrorCode":"Busy"},"Data":[]})"
                       : R"({"isSuccess":false,"responseStatus":{"errorCode":"Busy"},"data":[]})";
}

bool Spoiler::break_it(std::string& body) {
    switch (between(random_, 0, 3)) {
        case 0:
            body = "<html><body>502 Bad Gateway</body></html>";
            return true;
        case 1:
            return contradict(body);
        case 2:
            body.resize(static_cast<std::size_t>(
                between(random_, 0, std::max<std::int64_t>(static_cast<std::int64_t>(body.size()) - 1, 0))));
            return true;
        default:
            body = refusal();
            return true;
    }
}

// Another `_id` is first in the first record, each time a different one.
bool Spoiler::contradict(std::string& body) {
    const std::string own = R"({"_id":)";
    const auto at = body.find(own);
    if (at == std::string::npos) return false;
    body.insert(at + 1, R"("_id":"spoiled-)" + std::to_string(random_()) + R"(",)");
    return true;
}

bool Spoiler::make_foreign(std::string& body) const {
    const std::string own = R"("workspace_id":"w")";
    const auto at = body.find(own);
    if (at == std::string::npos) return false;
    body.replace(at, own.size(), R"("workspace_id":"x")");
    return true;
}

// If it happens to be in order, it cannot be distinguished from a sorted page.
bool Spoiler::unsort(const SeenRequest& request, std::string& body) {
    if (request.kind != "query") return false;
    const ModelSettings settings = model_.settings();
    ModelSettings unsorted = settings;
    unsorted.ignore_sort = true;
    model_.change_settings(std::move(unsorted));
    PortalModel::Answer answer = model_.query(request.entity, request.text);
    model_.change_settings(settings);
    if (answer.status != 200 || is_in_order(answer.body)) return false;
    body = std::move(answer.body);
    return true;
}

bool Spoiler::take_old(const SeenRequest& request, std::string& body) {
    const auto found = old_.find(question_of(request));
    if (found == old_.end() || found->second.body == body) return false;
    if (found->second.at + plan_.overlap * kLagPercent / 100 < model_.now()) return false;
    body = found->second.body;
    return true;
}

bool Spoiler::say_total(std::string& body) {
    if (body.empty() || body.front() != '{' || body.find("otal\":") != std::string::npos) return false;
    constexpr const char* wrong[] = {"0", "-1", "1", "99999999999999999999", "null", "\"7\"", "1.5"};
    std::string member = is_pascal() ? R"("Total":)" : R"("total":)";
    member += wrong[between(random_, 0, static_cast<std::int64_t>(std::size(wrong)) - 1)];
    body.insert(1, member + ",");
    return true;
}

}  // namespace carecloud
