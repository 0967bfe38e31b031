#include "simulation/watched_portal.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kPagesMax = 2;
constexpr std::size_t kBoundedPagesMax = 2;
// The next page, and records by id of the previous one.
constexpr std::size_t kUnderWayMax = 2;
constexpr std::size_t kBoundedUnderWayMax = 1;
// Requests for the key of one record: the proof of a dialect sends this many at once. Their responses do not count as
// pages.
constexpr std::size_t kSingleMax = 18;
// Requests of other streams that were admitted before the response arrived.
constexpr std::size_t kAdmittedBefore = 4;
// A Retry-After longer than RateLimiter::kWaitMax is not waited for in full: one request tries after 1, 2, 4 … 60
// minutes (hazard 34).
constexpr Duration kProbesSpan = std::chrono::hours(1);
// Six of these, the requests that were admitted before, and some requested by operators.
constexpr std::size_t kProbesMax = 16;

}  // namespace

std::optional<std::string> RequestMeter::difference(
    const std::map<std::string, RequestCount>& counted) const {
    for (const auto& [month, sent] : by_month) {
        const auto found = counted.find(month);
        const std::uint64_t other = found == counted.end() ? 0 : found->second.total();
        if (other != sent)
            return std::to_string(sent) + " requests were sent in " + month + ", and " +
                   std::to_string(other) + " are counted";
    }
    return std::nullopt;
}

WatchedPortal::WatchedPortal(Portal& portal, RequestMeter& meter, std::function<Timestamp()> now,
                             std::function<void(const std::string&)> broken)
    : portal_(portal), meter_(meter), now_(std::move(now)), broken_(std::move(broken)) {}

void WatchedPortal::count_request() {
    const Timestamp now = now_();
    const double seconds = std::chrono::duration<double>(now - meter_.filled_at).count();
    meter_.filled_at = now;
    const auto burst = static_cast<double>(std::max(1U, meter_.rate.burst));
    meter_.tokens = std::min(burst, meter_.tokens + seconds * meter_.rate.per_second) - 1;
    if (meter_.tokens < -0.01)
        broken_("a request beyond the rate of " + std::to_string(meter_.rate.per_second));
    ++meter_.requests;
    const std::uint64_t this_month = ++meter_.by_month[month_of(now)];
    if (now < quiet_until_) broken_("a request before the portal's Retry-After has passed");
    check_probes(now);
    if (!meter_.clock_is_true) return;
    if (meter_.rate.monthly_quota && this_month > *meter_.rate.monthly_quota)
        broken_("request " + std::to_string(this_month) + " of " + month_of(now) + ", the quota is " +
                std::to_string(*meter_.rate.monthly_quota));
    if (spent_month_ == month_of(now) && ++since_spent_ > kAdmittedBefore)
        broken_("requests continue although the portal reported that the monthly quota is used up");
}

void WatchedPortal::check_probes(Timestamp now) {
    if (heard_at_ == Timestamp{INT64_MIN} || heard_at_ + kProbesSpan < now) return;
    if (++probes_ > kProbesMax)
        broken_(std::to_string(probes_) + " requests within an hour of the pause that the portal demanded");
}

void WatchedPortal::check_under_way(const std::string& entity) {
    const std::size_t most = kUnderWayMax + (entity == bounded_ ? kBoundedUnderWayMax : 0) + lanes_;
    if (under_way_[entity] > most)
        broken_(std::to_string(most + 1) + " requests of " + entity + " are in flight at once");
    if (singles_[entity] > kSingleMax + lanes_)
        broken_("too many single keys of " + entity + " are requested at once");
}

void WatchedPortal::keep_page(const std::string& entity, const Result<PagePtr>& answer) {
    if (!answer) return;
    auto& pages = pages_[entity];
    std::erase_if(pages, [](const auto& page) { return page.expired(); });
    pages.push_back(*answer);
    if (pages.size() > kPagesMax + (entity == bounded_ ? kBoundedPagesMax : 0) + lanes_)
        broken_(std::to_string(pages.size()) + " pages of " + entity + " are in memory");
}

// A used-up quota is a separate wait, and requests that did not arrive prove nothing.
bool WatchedPortal::ends_wait(const std::optional<Error>& error) {
    if (!error) return true;
    const bool is_long = error->retry_after && *error->retry_after > RateLimiter::kWaitMax;
    return !is_long && error->code != ErrorCode::quota_exhausted && error->code != ErrorCode::unreachable &&
           error->code != ErrorCode::timed_out;
}

// Requests sent before a wait was requested prove nothing about it.
void WatchedPortal::hear(const std::optional<Error>& error, Timestamp sent) {
    // An oversized response is a wait, too (simulate --seed 156 --hours 12).
    if (!error || error->code == ErrorCode::server_failed) spent_month_.clear();
    const bool is_released = heard_at_ != Timestamp{INT64_MIN} && heard_at_ <= sent && ends_wait(error);
    if (is_released) {
        heard_at_ = Timestamp{INT64_MIN};
        probes_ = 0;
        if (released_) released_();
    }
    if (!error) return;
    if (error->code == ErrorCode::quota_exhausted && spent_month_ != month_of(now_())) {
        spent_month_ = month_of(now_());
        since_spent_ = 0;
    }
    if (!error->retry_after || error->code != ErrorCode::rate_limited) return;
    if (*error->retry_after > RateLimiter::kWaitMax) {
        if (heard_at_ == Timestamp{INT64_MIN}) heard_at_ = now_();
        return;
    }
    quiet_until_ = std::max(quiet_until_, now_() + *error->retry_after);
}

Task<Result<PagePtr>> WatchedPortal::query(const Query& query) {
    const std::string entity = query.spec->entity;
    const Timestamp sent = now_();
    count_request();
    const bool is_single = query.projection == Projection::keys && query.take <= 2;
    const Asking asking(is_single ? singles_[entity] : under_way_[entity]);
    check_under_way(entity);
    Result<PagePtr> answer = co_await portal_.query(query);
    hear(answer ? std::nullopt : std::optional(answer.error()), sent);
    if (!is_single) keep_page(entity, answer);
    co_return answer;
}

Task<Result<PagePtr>> WatchedPortal::retrieve(const StreamSpec& spec, std::string_view id) {
    const std::string entity = spec.entity;
    const Timestamp sent = now_();
    count_request();
    const Asking asking(under_way_[entity]);
    check_under_way(entity);
    Result<PagePtr> answer = co_await portal_.retrieve(spec, id);
    hear(answer ? std::nullopt : std::optional(answer.error()), sent);
    keep_page(entity, answer);
    co_return answer;
}

Task<Result<>> WatchedPortal::refresh() {
    const Timestamp sent = now_();
    count_request();
    Result<> answer = co_await portal_.refresh();
    hear(answer ? std::nullopt : std::optional(answer.error()), sent);
    co_return answer;
}

}  // namespace carecloud
