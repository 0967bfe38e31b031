#include "store/leases.hpp"

#include <utility>

namespace carecloud {

Error store_lost_error(std::string operation) {
    return {.code = ErrorCode::store_lost,
            .operation = std::move(operation),
            .subject = "another daemon has taken over the engine",
            .hint = "nothing to do: this daemon stands by"};
}

}  // namespace carecloud
