// Executes several statements in one round trip.
//
//     PgPipeline pipeline(db);
//     for (…) pipeline.add(kUpdate, id, modified);
//     const std::vector<PgRows> results = pipeline.finish();   // one per statement; throws the first error
//
// After an error the server skips the remaining statements; a transaction then cannot be committed. A COPY cannot be in
// a pipeline. Statements are sent while they are added, so their texts need only live until add() returns.
#pragma once

#include "store/postgres/connection.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace carecloud {

class PgPipeline {
  public:
    explicit PgPipeline(PgConnection& db);
    // If finish() was not called, the connection is given up, because it is unknown which statements the server has
    // executed.
    ~PgPipeline();
    PgPipeline(const PgPipeline&) = delete;
    PgPipeline& operator=(const PgPipeline&) = delete;

    template <class... Values>
    void add(std::string_view sql, const Values&... values) {
        add_params(sql, PgParams(values...));
    }
    template <class... Values>
    void add(const PgSql& sql, const Values&... values) {
        add_params(sql, PgParams(values...));
    }
    void add_params(std::string_view sql, const PgParams& params);
    void add_params(const PgSql& sql, const PgParams& params);

    std::size_t size() const { return steps_.size() - preparations_; }

    // Throws PgError. Afterwards the pipeline is empty and may be filled again.
    std::vector<PgRows> finish();

  private:
    struct Step {
        const char* prepares = nullptr;  // the PgSql::name of a preparation, whose result is not returned
    };

    void enter();
    void drain_if_large();
    void read_step(const Step& step, std::vector<PgRows>& results, std::optional<PgError>& failure,
                   std::chrono::steady_clock::time_point until);

    PgConnection& db_;
    std::vector<Step> steps_;
    std::size_t preparations_ = 0;
    bool entered_ = false;
};

}  // namespace carecloud
