#include "sync/leader/leased_portal.hpp"

#include <utility>

namespace carecloud {

Task<Result<PagePtr>> LeasedPortal::query(const Query& query) {
    if (!election_.is_trusted()) co_return store_lost_error("query " + query.spec->entity);
    auto asking = portal_.query(query);
    co_return co_await std::move(asking);
}

Task<Result<PagePtr>> LeasedPortal::retrieve(const StreamSpec& spec, std::string_view id) {
    if (!election_.is_trusted()) co_return store_lost_error("retrieve a record of " + spec.entity);
    auto asking = portal_.retrieve(spec, id);
    co_return co_await std::move(asking);
}

Task<Result<>> LeasedPortal::refresh() {
    if (!election_.is_trusted()) co_return store_lost_error("read the portal's key");
    auto asking = portal_.refresh();
    co_return co_await std::move(asking);
}

}  // namespace carecloud
