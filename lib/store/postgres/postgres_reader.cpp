#include "store/postgres/postgres_reader.hpp"

#include <chrono>
#include <utility>

namespace carecloud {

Result<std::unique_ptr<PostgresReader>> PostgresReader::open(const PostgresSettings& settings,
                                                             const ReadBounds& bounds) {
    constexpr std::chrono::hours never{24};  // a connection has no memory to release
    auto quick = PgReadDatabase::open(settings, bounds);
    if (!quick) return quick.error();
    auto walks = PgReadDatabase::open(settings, bounds);
    if (!walks) return walks.error();
    return std::unique_ptr<PostgresReader>(new PostgresReader(std::move(*quick), std::move(*walks), never));
}

}  // namespace carecloud
