#include "sync/jobs/whole_due.hpp"

#include "base/co_try.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace carecloud {
namespace {

bool is_whole_of(const Job& pass, const std::string& stream) {
    return pass.stream == stream && pass.kind == JobKind::reconcile && pass.whole;
}

// When the last of them began, by the store's time; std::nullopt: there was none.
std::optional<Timestamp> last_whole_begun(const std::vector<Job>& passes, const std::string& stream) {
    std::optional<Timestamp> last;
    for (const Job& pass : passes) {
        const auto begun = is_whole_of(pass, stream) ? Timestamp::parse(pass.started_at) : std::nullopt;
        if (begun && (!last || *last < *begun)) last = begun;
    }
    return last;
}

}  // namespace

Task<Result<>> WholeDue::request(std::string stream, std::string reason) {
    owed_.insert_or_assign(stream, std::move(reason));
    return write_owed(std::move(stream));
}

Task<Result<>> WholeDue::write_owed(std::string stream) {
    const auto owed = owed_.find(stream);
    if (owed == owed_.end()) co_return Result<>{};
    CO_TRY_ASSIGN(auto passes, jobs_.passes());
    const bool waits = std::any_of(passes.begin(), passes.end(), [&](const Job& pass) {
        return is_whole_of(pass, stream) && pass.status == JobStatus::waiting;
    });
    if (!waits) {
        Job pass{.kind = JobKind::reconcile,
                 .stream = stream,
                 .scheduled = true,
                 .reason = owed->second,
                 .whole = true};
        CO_TRY(jobs_.save_pass(std::move(pass)));
        if (written_) written_();
    }
    owed_.erase(stream);
    co_return Result<>{};
}

void WholeDue::may_owe(const std::string& stream, const Error& error) {
    switch (error.code) {
        case ErrorCode::store_busy:
        case ErrorCode::store_full:
        case ErrorCode::store_failed:
        case ErrorCode::store_corrupt:
        case ErrorCode::invalid_argument:
            may_owe(stream);
            break;
        default:
            break;
    }
}

Task<Result<>> WholeDue::recall(std::string stream) {
    const bool is_first = !recalled_.contains(stream);
    if (unsure_.erase(stream) == 0 && !is_first) co_return Result<>{};
    auto requesting = request_if_owed(stream, is_first);
    auto requested = co_await std::move(requesting);
    if (requested)
        recalled_.insert(stream);
    else
        may_owe(stream);
    co_return requested;
}

Task<Result<>> WholeDue::request_if_owed(std::string stream, bool none_runs) {
    CO_TRY_ASSIGN(auto passes, jobs_.passes());
    CO_TRY_ASSIGN(auto odd, doubts_.rechecks(stream, 1));
    const auto begun = last_whole_begun(passes, stream);
    const bool went_back = odd.reversed_at && (!begun || *begun < *odd.reversed_at);
    const bool is_to_come = std::any_of(passes.begin(), passes.end(), [&](const Job& pass) {
        return is_whole_of(pass, stream) && (none_runs ? pass.is_open() : pass.status == JobStatus::waiting);
    });
    if (is_to_come || (odd.doubted.empty() && !went_back)) co_return Result<>{};
    auto asking = request(std::move(stream), kWentBack);
    co_return co_await std::move(asking);
}

}  // namespace carecloud
