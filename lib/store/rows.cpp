#include "store/rows.hpp"

namespace carecloud {

Error damaged_stream(const std::string& stream, const std::string& column) {
    return {
        .code = ErrorCode::store_corrupt,
        .operation = "load stream " + stream,
        .subject = "streams." + column + " is not a timestamp",
        .hint = "restore the row from a backup, or delete it; the stream then restarts from the beginning"};
}

}  // namespace carecloud
