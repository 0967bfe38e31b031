#include "sync/walk/observer.hpp"

#include <chrono>

namespace carecloud {

LoadSnapshot LoadProgress::at(MonoTime now) const {
    LoadSnapshot shown{.records = records, .expected = expected};
    const double seconds = std::chrono::duration<double>(now - began).count();
    if (seconds <= 0 || records == 0) return shown;
    shown.per_second = static_cast<double>(records) / seconds;
    if (!expected || *expected < records) return shown;
    const double left = static_cast<double>(*expected - records) / shown.per_second;
    shown.left = std::chrono::seconds(static_cast<std::int64_t>(left));
    return shown;
}

}  // namespace carecloud
