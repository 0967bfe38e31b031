#include "telemetry/metered_portal.hpp"

#include <utility>

namespace carecloud {
namespace {

template <class T>
std::string_view code_name(const Result<T>& answer) {
    return answer ? "ok" : to_string(answer.error().code);
}

}  // namespace

Task<Result<PagePtr>> MeteredPortal::query(const Query& query) {
    const MonoTime begun = clock_.now();
    auto asking = portal_.query(query);
    Result<PagePtr> page = co_await std::move(asking);
    metrics_.request_ended(code_name(page), clock_.now() - begun);
    if (page) metrics_.page_came();
    co_return page;
}

Task<Result<PagePtr>> MeteredPortal::retrieve(const StreamSpec& spec, std::string_view id) {
    const MonoTime begun = clock_.now();
    auto asking = portal_.retrieve(spec, id);
    Result<PagePtr> page = co_await std::move(asking);
    metrics_.request_ended(code_name(page), clock_.now() - begun);
    co_return page;
}

Task<Result<>> MeteredPortal::refresh() {
    const MonoTime begun = clock_.now();
    auto asking = portal_.refresh();
    Result<> done = co_await std::move(asking);
    metrics_.request_ended(code_name(done), clock_.now() - begun);
    co_return done;
}

}  // namespace carecloud
