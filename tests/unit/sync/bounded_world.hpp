// A small world in which tests run bounded passes themselves, each to its end.
#pragma once

#include "sync/jobs/job_run.hpp"
#include "unit/sync/world.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace carecloud {

// One of the 32 dialects, half of them with the cap.
inline ModelSettings dialect_of(unsigned bits, std::size_t cap) {
    ModelSettings dialect;
    dialect.id_is_oid = bits & 1U;
    dialect.modified_is_date = bits & 2U;
    dialect.or_refused = bits & 4U;
    dialect.totals = bits & 8U;
    dialect.take_cap = bits & 16U ? cap : 0;
    return dialect;
}

struct BoundedWorld : World {
    using World::World;

    // Makes one attempt. Returns its result, and the row that is in the store afterwards.
    std::pair<Result<>, Job> attempt(Job row) {
        PassContext context{clock, portal, *store, *limiter, random, time, *lanes};
        row.stream = kEntity;
        std::optional<Result<>> ended;
        const auto work = [&]() -> Task<Result<>> {
            if (row.id == 0) row.id = (co_await store->save_pass(row)).value();
            co_return co_await run_bounded(context, settings, guard, memory, row);
        };
        portal.forget_requests();
        boost::asio::co_spawn(io, work(), [&](std::exception_ptr thrown, Result<> result) {
            if (thrown) std::rethrow_exception(thrown);
            ended = std::move(result);
        });
        REQUIRE(clock.run_until([&] { return ended.has_value(); }));
        return {*ended, tables().passes.at(row.id)};
    }

    Job good(Job row) {
        auto [ended, after] = attempt(std::move(row));
        INFO((ended ? "no error" : ended.error().message()));
        REQUIRE(ended);
        return after;
    }
    Job reconcile(bool whole = false) { return good({.whole = whole}); }

    static std::string id_of(unsigned n) {
        std::string id = std::to_string(n);
        id.insert(0, 24 - id.size(), '0');
        return id;
    }
    bool is_deleted(unsigned n) const {
        return tables().records.at({kEntity, id_of(n)}).deleted_at.has_value();
    }
    void erase(unsigned n) { REQUIRE(model.erase(kEntity, id_of(n))); }

    DeleteGuard guard{.share = 1, .count = 1000};
};

}  // namespace carecloud
