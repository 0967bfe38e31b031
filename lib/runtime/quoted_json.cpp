#include "runtime/quoted_json.hpp"

#include <nlohmann/json.hpp>

namespace carecloud {

std::string quoted_json(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace carecloud
