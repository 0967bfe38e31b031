#include "sync/leader/leased_portal.hpp"

#include <string>
#include <utility>

namespace carecloud {
namespace {

template <class T>
Task<Result<T>> refused(std::string operation) {
    co_return store_lost_error(std::move(operation));
}

}  // namespace

Task<Result<PagePtr>> LeasedPortal::query(const Query& query) {
    if (!election_.is_trusted()) return refused<PagePtr>("query " + query.spec->entity);
    return portal_.query(query);
}

Task<Result<PagePtr>> LeasedPortal::retrieve(const StreamSpec& spec, std::string_view id) {
    if (!election_.is_trusted()) return refused<PagePtr>("retrieve a record of " + spec.entity);
    return portal_.retrieve(spec, id);
}

Task<Result<>> LeasedPortal::refresh() {
    if (!election_.is_trusted()) return refused<void>("read the portal's key");
    return portal_.refresh();
}

}  // namespace carecloud
