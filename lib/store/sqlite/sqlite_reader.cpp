#include "store/sqlite/sqlite_reader.hpp"

#include <utility>

namespace carecloud {

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const SqliteSettings& settings,
                                                         const ReadBounds& bounds) {
    auto quick = ReadDatabase::open(settings, bounds);
    if (!quick) return quick.error();
    auto walks = ReadDatabase::open(settings, bounds);
    if (!walks) return walks.error();
    return std::unique_ptr<SqliteReader>(
        new SqliteReader(std::move(*quick), std::move(*walks), settings.quiet_after));
}

}  // namespace carecloud
