#include "bench/in_process.hpp"

#include "bench/page_source.hpp"
#include "support/run_task.hpp"

#include <stdexcept>

namespace carecloud::bench {
namespace {

constexpr RateLimits kUnlimited{.per_second = 1e6, .burst = 1'000'000, .monthly_quota = {}};

template <class T>
T or_throw(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
}

std::unique_ptr<HttpPortal> open_portal(Clock& clock, const std::string& base_url) {
    const StreamSpec spec = bench_spec();
    HttpPortalSettings settings{.base_url = base_url,
                                .workspace_id = spec.workspace_id,
                                .bucket_id = spec.bucket_id,
                                .api_key = "bench-key"};
    return or_throw(HttpPortal::create(clock, std::move(settings)));
}

}  // namespace

Task<Result<std::optional<StreamState>>> CountingStore::load_stream(std::string stream) {
    return store_.load_stream(std::move(stream));
}

Task<Result<CommitSummary>> CountingStore::commit(Batch batch) {
    auto committed = co_await store_.commit(std::move(batch));
    if (committed && committed->written) ++commits_;
    co_return committed;
}

Task<Result<std::vector<std::size_t>>> CountingStore::unknown(std::string stream, std::vector<Key> keys) {
    return store_.unknown(std::move(stream), std::move(keys));
}

Task<Result<std::vector<std::optional<HeldRecord>>>> CountingStore::held(std::string stream,
                                                                         std::vector<std::string> ids) {
    return store_.held(std::move(stream), std::move(ids));
}

Task<Result<Rechecks>> CountingStore::rechecks(std::string stream, std::size_t limit) {
    return store_.rechecks(std::move(stream), limit);
}

Task<Result<std::vector<Key>>> CountingStore::untried(std::string stream, Timestamp now, std::size_t limit) {
    return store_.untried(std::move(stream), now, limit);
}

Task<Result<std::vector<Key>>> CountingStore::live(LiveRange range) {
    return store_.live(std::move(range));
}

Task<Result<std::uint64_t>> CountingStore::count_live(std::string stream, std::string modified_from) {
    return store_.count_live(std::move(stream), std::move(modified_from));
}

Task<Result<std::uint64_t>> CountingStore::save_pass(Job pass) {
    return store_.save_pass(std::move(pass));
}

Task<Result<std::vector<Job>>> CountingStore::passes() {
    return store_.passes();
}

Task<Result<std::map<std::string, Timestamp>>> CountingStore::first_passes() {
    return store_.first_passes();
}

Task<Result<>> CountingStore::note_first_pass(std::string stream) {
    return store_.note_first_pass(std::move(stream));
}

Task<Result<RequestCount>> CountingStore::requests(std::string month) {
    return store_.requests(std::move(month));
}

Task<Result<>> CountingStore::save_requests(std::string month, RequestCount count) {
    return store_.save_requests(std::move(month), count);
}

InProcess::InProcess(const std::string& base_url, const std::string& folder, Duration overlap)
    : portal_(open_portal(clock_, base_url)),
      store_(or_throw(SqliteStore::open({.path = folder + "/in-process.db"}, clock_))),
      counting_(*store_),
      limiter_(clock_, counting_, kUnlimited),
      settings_{.spec = bench_spec(), .overlap = overlap},
      memory_(settings_.page_size) {}

PassReport InProcess::pass() {
    const PassContext context{clock_, *portal_, counting_, limiter_, random_, time_, lanes_};
    PassReport report = run_task(io_, run_pass(context, settings_, memory_));
    if (report.error) throw std::runtime_error(report.error->message());
    return report;
}

}  // namespace carecloud::bench
