#include "store/postgres/link.hpp"

#include "store/postgres/session.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{5000};

}  // namespace

PgLink::PgLink(PostgresSettings settings, std::function<void(PgConnection&)> when_connected)
    : settings_(std::move(settings)), when_connected_(std::move(when_connected)), text_(settings_.text()) {}

PgConnection& PgLink::connected() {
    if (db_ && db_->is_usable()) return *db_;
    db_.reset();
    if (failure_ && std::chrono::steady_clock::now() < next_attempt_) throw PgError(*failure_);
    try {
        db_ = open_session(settings_);
        if (when_connected_) when_connected_(*db_);
    } catch (const PgError& error) {
        db_.reset();
        note_failure(error);
        throw;
    }
    failure_.reset();
    pause_ = {};
    return *db_;
}

// The jitter keeps several daemons that lost the same server from reconnecting at the same instant.
void PgLink::note_failure(const PgError& error) {
    failure_ = error;
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
    const auto least = pause_.count() / 2;
    std::uniform_int_distribution<std::int64_t> jitter(least, pause_.count());
    next_attempt_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(jitter(random_));
}

// Called after a timeout, possibly of a wait for a lock. If a stopped client holds the lock, its session is ended, so
// the next call can succeed.
void PgLink::unblock(PgConnection& db) const {
    try {
        end_paused_sessions(db, settings_.limits.lock);
    } catch (const PgError&) {
        // Ignored, because the call fails in any case.
    }
}

}  // namespace carecloud
