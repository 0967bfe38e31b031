#include "support/virtual/memory_portal.hpp"

#include <utility>

namespace carecloud {
namespace {

Error status_error(int status) {
    const ErrorCode code = status == 413   ? ErrorCode::too_large
                           : status >= 500 ? ErrorCode::server_failed
                                           : ErrorCode::refused;
    return Error{.code = code, .operation = "query", .subject = "HTTP " + std::to_string(status), .hint = ""};
}

}  // namespace

Task<Result<PagePtr>> MemoryPortal::answer(SeenRequest request, std::function<PortalModel::Answer()> ask,
                                           SliceOptions options) {
    const MonoTime sent = clock_.now();
    co_await clock_.sleep(latency_);
    if (fault_) {
        if (std::optional<Error> error = fault_(request)) {
            requests_.push_back(request);
            co_return *error;
        }
    }
    std::optional<PortalModel::Answer> other;
    if (source_) other = source_(request);
    PortalModel::Answer answer = other ? std::move(*other) : ask();
    request.records = answer.records;
    requests_.push_back(request);
    if (answer_) answer_(request, answer.body);
    // As over HTTP, retrieving a nonexistent record yields an empty page, not an error.
    const bool denied = answer.status == 404 && request.kind == "retrieve";
    if (answer.status != 200 && !denied) co_return status_error(answer.status);
    Result<Page> page = denied ? Result<Page>(Page{}) : slicer_.slice(answer.body, options);
    if (!page) co_return page.error();
    // The portal's `Date` has whole seconds.
    page->date = Timestamp{model_.now().ticks / Timestamp::ticks_per_second * Timestamp::ticks_per_second};
    if (date_) page->date = date_(*page->date);
    page->asked = {sent, clock_.now()};
    ensure_page(*page, request.kind == "retrieve" ? 1 : request.take);
    co_return std::make_shared<const Page>(std::move(*page));
}

Task<Result<PagePtr>> MemoryPortal::query(const Query& query) {
    SeenRequest request{
        .kind = "query", .text = query_text(query), .entity = query.spec->entity, .take = query.take};
    const SliceOptions options{.workspace_id = query.spec->workspace_id,
                               .bucket_id = query.spec->bucket_id,
                               .hash = query.projection == Projection::stream,
                               .list = true,
                               .take = query.take};
    auto ask = [this, entity = query.spec->entity, text = request.text] {
        return model_.query(entity, text);
    };
    return answer(std::move(request), std::move(ask), options);
}

Task<Result<PagePtr>> MemoryPortal::retrieve(const StreamSpec& spec, std::string_view id) {
    SeenRequest request{.kind = "retrieve", .text = std::string(id), .entity = spec.entity};
    auto ask = [this, entity = spec.entity, text = request.text] { return model_.retrieve(entity, text); };
    return answer(std::move(request), std::move(ask),
                  {.workspace_id = spec.workspace_id, .bucket_id = spec.bucket_id});
}

Task<Result<>> MemoryPortal::refresh() {
    co_await clock_.sleep(latency_);
    SeenRequest request{.kind = "refresh"};
    requests_.push_back(request);
    if (fault_) {
        if (std::optional<Error> error = fault_(request)) co_return *error;
    }
    co_return Result<>{};
}

}  // namespace carecloud
