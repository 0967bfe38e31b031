#include "store/leases.hpp"

#include <utility>

namespace carecloud {

Error store_lost_error(std::string operation) {
    return {.code = ErrorCode::store_lost,
            .operation = std::move(operation),
            .subject = "another daemon has taken over the engine",
            .hint = "nothing to do: this daemon stands by"};
}

Task<Result<std::optional<Lease>>> SoleLeases::take(std::string name, std::string holder) {
    co_return Lease{.fence = {.lease = std::move(name), .holder = std::move(holder), .token = 1},
                    .held_until = Lease::kForGood};
}

Task<Result<Lease>> SoleLeases::renew(Lease lease) {
    co_return lease;
}

Task<Result<>> SoleLeases::release(Lease /*lease*/) {
    co_return Result<>{};
}

}  // namespace carecloud
