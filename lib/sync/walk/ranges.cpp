#include "sync/walk/ranges.hpp"

#include "base/ensure.hpp"
#include "sync/walk/walk.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

namespace carecloud {
namespace {

using Json = nlohmann::ordered_json;

// A shorter range is not halved: its bounds would be too close for a portal that holds milliseconds.
constexpr Duration kShortest = std::chrono::milliseconds(10);
// Fewer pages are not worth another lane: the last page of a range reaches beyond it, by half a page on average.
constexpr double kPagesWorthALane = 4;

const char* order_of(const Dialect& dialect) {
    return dialect.modified == ModifiedLiteral::string ? "string" : "date";
}

Json key_json(const Cursor& key) {
    return {{"modified", key.modified_text}, {"_id", key.id}};
}

std::string text_from(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<Timestamp> time_from(const Json& json, const char* name) {
    return Timestamp::parse(text_from(json, name));
}

std::optional<Cursor> key_from(const Json& json) {
    if (!json.is_object()) return std::nullopt;
    const auto at = time_from(json, "modified");
    if (!at || !json.contains("_id")) return std::nullopt;
    return Cursor{text_from(json, "modified"), *at, text_from(json, "_id")};
}

Json range_json(const Range& range) {
    Json json = Json::object();
    if (!range.from.empty()) json["from"] = range.from;
    if (!range.before.empty()) json["before"] = range.before;
    if (range.position) json["position"] = key_json(*range.position);
    if (range.settled) json["settled"] = key_json(*range.settled);
    if (range.asked_at) json["asked_at"] = range.asked_at->to_string();
    if (range.done) json["done"] = true;
    return json;
}

bool is_bound(const std::string& text) {
    return text.empty() || Timestamp::parse(text);
}

std::optional<Range> range_from(const Json& json) {
    if (!json.is_object()) return std::nullopt;
    Range range{.from = text_from(json, "from"), .before = text_from(json, "before")};
    if (!is_bound(range.from) || !is_bound(range.before)) return std::nullopt;
    for (const auto& [name, key] :
         {std::pair("position", &range.position), std::pair("settled", &range.settled)}) {
        const auto found = json.find(name);
        if (found == json.end()) continue;
        *key = key_from(*found);
        if (!*key) return std::nullopt;
    }
    range.asked_at = time_from(json, "asked_at");
    range.done = json.contains("done");
    // Without the time of its first request, nothing shows what is settled in it; without a beginning, where it is.
    if ((range.done || !range.from.empty()) && range.position && !range.asked_at) return std::nullopt;
    if (range.from.empty() && !range.position) return std::nullopt;
    return range;
}

// Where the rest of the range begins.
Cursor rest_of(const Range& range) {
    if (range.position) return *range.position;
    return Cursor{range.from, Timestamp::parse(range.from).value_or(Timestamp{}), ""};
}

// How much of `modified` the rest of the range covers; zero: it must not be halved.
Duration span_of(const Range& range, const SplitSight& sight) {
    if (range.done) return Duration::zero();
    const auto before = Timestamp::parse(range.before);
    const Timestamp end = before ? std::min(*before, sight.newest) : sight.newest;
    return std::max(end - rest_of(range).modified, Duration::zero());
}

}  // namespace

double density_of(const Page& page) {
    if (page.records.empty()) return 0;
    const Duration span = page.records.back().modified - page.records.front().modified;
    const double seconds = std::chrono::duration<double>(span).count();
    return seconds > 0 ? static_cast<double>(page.records.size()) / seconds : 0;
}

RangePlan RangePlan::from(Cursor position, Timestamp asked_at, double density) {
    RangePlan plan;
    plan.asked_at_ = asked_at;
    plan.ranges_.push_back(
        {.id = plan.next_id_++, .position = std::move(position), .asked_at = asked_at, .density = density});
    return plan;
}

std::optional<RangePlan> RangePlan::from_json(std::string_view text, const Dialect& dialect) {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || text_from(json, "order") != order_of(dialect)) return std::nullopt;
    const auto asked_at = time_from(json, "asked_at");
    if (!asked_at || !json.contains("ranges") || !json["ranges"].is_array()) return std::nullopt;
    RangePlan plan;
    plan.asked_at_ = *asked_at;
    for (const Json& one : json["ranges"]) {
        auto range = range_from(one);
        if (!range) return std::nullopt;
        range->id = plan.next_id_++;
        plan.ranges_.push_back(std::move(*range));
    }
    return plan;
}

std::string RangePlan::to_json(const Dialect& dialect) const {
    if (ranges_.empty()) return {};
    Json json = {
        {"order", order_of(dialect)}, {"asked_at", asked_at_.to_string()}, {"ranges", Json::array()}};
    for (const Range& range : ranges_)
        json["ranges"].push_back(range_json(range));
    return json.dump();
}

namespace {

template <class Ranges>
auto find_range(Ranges& ranges, int id) {
    return std::find_if(ranges.begin(), ranges.end(), [id](const Range& range) { return range.id == id; });
}

}  // namespace

const Range& RangePlan::range(int id) const {
    const auto found = find_range(ranges_, id);
    ensure(found != ranges_.end(), "a range that is walked is in the plan");
    return *found;
}

std::optional<int> RangePlan::take_idle() {
    const auto idle = std::find_if(ranges_.begin(), ranges_.end(),
                                   [](const Range& range) { return !range.done && !range.is_walked; });
    if (idle == ranges_.end()) return std::nullopt;
    idle->is_walked = true;
    return idle->id;
}

std::optional<int> RangePlan::halve_longest(const SplitSight& sight) {
    // After a restart, a range without a page so far is assumed to be as dense as the densest one: an unnecessary
    // request is better than an idle lane.
    double densest = 0;
    for (const Range& range : ranges_)
        densest = std::max(densest, range.density);
    auto longest = ranges_.end();
    double most = 0;
    for (auto range = ranges_.begin(); range != ranges_.end(); ++range) {
        const double seconds = std::chrono::duration<double>(span_of(*range, sight)).count();
        const double density = range->density > 0 ? range->density : densest;
        const double records = density > 0 ? seconds * density : seconds;
        const bool is_worth_it =
            density == 0 || records > kPagesWorthALane * static_cast<double>(sight.page_size);
        if (is_worth_it && records > most) {
            most = records;
            longest = range;
        }
    }
    if (longest == ranges_.end()) return std::nullopt;
    return halve(longest, sight);
}

// The bound between the halves need not be in the portal's format: the portal compares it, in both halves alike.
std::optional<int> RangePlan::halve(std::list<Range>::iterator range, const SplitSight& sight) {
    const Duration span = span_of(*range, sight);
    if (span < kShortest) return std::nullopt;
    const Cursor begin = rest_of(*range);
    const Timestamp middle = to_millisecond(begin.modified + span / 2);
    const std::string text = middle.to_string();
    const bool is_behind =
        compare_modified(sight.dialect, begin.modified_text, begin.modified, text, middle) < 0;
    const auto end = Timestamp::parse(range->before);
    const bool is_ahead = range->before.empty() ||
                          (end && compare_modified(sight.dialect, text, middle, range->before, *end) < 0);
    if (!is_behind || !is_ahead) return std::nullopt;
    const Range far{.id = next_id_++,
                    .from = text,
                    .before = range->before,
                    .is_walked = true,
                    .density = range->density};  // until it has a page of its own
    range->before = text;
    ranges_.insert(std::next(range), far);
    return far.id;
}

void RangePlan::give_back(int id) {
    const auto found = find_range(ranges_, id);
    if (found != ranges_.end()) found->is_walked = false;  // otherwise it is in the prefix
}

void RangePlan::advance(int id, const RangeProgress& progress) {
    const auto found = find_range(ranges_, id);
    ensure(found != ranges_.end(), "a range that is walked is in the plan");
    Range& range = *found;
    if (progress.position) range.position = progress.position;
    if (progress.settled) range.settled = progress.settled;
    if (!range.asked_at) range.asked_at = progress.asked_at;
    if (progress.density > 0) range.density = progress.density;
    range.done = progress.done;
    fold();
}

void RangePlan::fold() {
    while (!ranges_.empty()) {
        const Range& first = ranges_.front();
        if (first.settled) cursor_ = first.settled;
        if (first.asked_at) asked_at_ = std::min(asked_at_, *first.asked_at);
        if (!first.done) return;
        ranges_.pop_front();
    }
}

}  // namespace carecloud
