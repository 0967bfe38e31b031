#include "store/postgres/pipeline.hpp"

#include <utility>

#include <libpq-fe.h>

namespace carecloud {
namespace {

// Data waiting to be sent is limited to about this number of statements, each of which may contain a body.
constexpr std::size_t kFlushEvery = 16;

}  // namespace

PgPipeline::PgPipeline(PgConnection& db) : db_(db) {}

PgPipeline::~PgPipeline() {
    if (entered_) db_.is_lost_ = true;
}

void PgPipeline::enter() {
    if (entered_) return;
    db_.check_usable();
    db_.check_sent(PQenterPipelineMode(db_.connection_));
    entered_ = true;
}

void PgPipeline::add_params(std::string_view sql, const PgParams& params) {
    enter();
    db_.send(sql, params);
    steps_.push_back({});
    drain_if_large();
}

void PgPipeline::add_params(const PgSql& sql, const PgParams& params) {
    enter();
    if (!db_.prepared_.contains(sql.name)) {
        std::vector<Oid> types;
        for (std::size_t i = 0; i < params.size(); ++i)
            types.push_back(static_cast<Oid>(params.type(i)));
        db_.check_sent(
            PQsendPrepare(db_.connection_, sql.name, sql.text, static_cast<int>(types.size()), types.data()));
        db_.prepared_.emplace(sql.name);  // erased if it fails
        steps_.push_back({.prepares = sql.name});
        ++preparations_;
    }
    db_.send_prepared(sql, params);
    steps_.push_back({});
    drain_if_large();
}

// libpq's buffer grows without limit unless it is flushed.
void PgPipeline::drain_if_large() {
    if (steps_.size() % kFlushEvery == 0) db_.flush(db_.deadline());
}

void PgPipeline::read_step(const Step& step, std::vector<PgRows>& results, std::optional<PgError>& failure,
                           std::chrono::steady_clock::time_point until) {
    PgRows rows;
    bool is_done = true;
    while (pg_result* const result = db_.next_result(until)) {
        rows = PgRows(result);
        const auto status = PQresultStatus(result);
        is_done = is_done && status != PGRES_FATAL_ERROR && status != PGRES_PIPELINE_ABORTED;
        if (status == PGRES_FATAL_ERROR && !failure) failure = db_.error_of(result);
    }
    if (step.prepares) {
        if (!is_done) db_.prepared_.erase(step.prepares);
    } else {
        results.push_back(std::move(rows));
    }
}

std::vector<PgRows> PgPipeline::finish() {
    std::vector<PgRows> results;
    if (!entered_) return results;
    db_.check_usable();
    db_.check_sent(PQpipelineSync(db_.connection_));
    const auto until = db_.deadline();
    std::optional<PgError> failure;
    for (const Step& step : std::exchange(steps_, {})) {
        read_step(step, results, failure, until);
        if (failure && db_.is_lost_) throw PgError(*failure);
    }
    preparations_ = 0;
    const PgRows sync(db_.next_result(until));
    if (PQexitPipelineMode(db_.connection_) == 0) db_.lose();
    entered_ = false;
    if (failure) throw PgError(*failure);
    return results;
}

}  // namespace carecloud
