#include "sync/fence_watch.hpp"

namespace carecloud {

bool FenceWatch::note(const Error& error) {
    if (error.code != ErrorCode::store_lost) return false;
    if (!std::exchange(lost_, true)) on_lost_();
    return true;
}

void FenceWatch::request_failed(std::string_view stream, const Error& error) {
    if (!note(error)) observer_.request_failed(stream, error);
}

// A pass that ended by the loss is reported as interrupted, as after a stop.
void FenceWatch::pass_ended(const PassReport& report) {
    PassReport shown = report;
    if (report.error && note(*report.error)) shown.error = canceled_error("store a page");
    if (report.events.error && note(*report.events.error))
        shown.events.error = canceled_error("settle events");
    observer_.pass_ended(shown);
}

void FenceWatch::committed(const CommitReport& report) {
    if (report.outcome || !note(report.outcome.error())) observer_.committed(report);
}

void FenceWatch::backing_off(const PassReport& report, Duration pause) {
    if (!lost_) observer_.backing_off(report, pause);
}

void FenceWatch::bounded_pass_waits(const Job& pass, const Error& error, Duration pause) {
    if (!note(error)) observer_.bounded_pass_waits(pass, error, pause);
}

void FenceWatch::failed(const Error& error) {
    if (!note(error)) observer_.failed(error);
}

}  // namespace carecloud
