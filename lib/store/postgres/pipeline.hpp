// Several statements in one round trip.
//
//     PgPipeline pipeline(db);
//     for (…) pipeline.add(kUpdate, id, modified);
//     const std::vector<PgRows> results = pipeline.finish();   // one for each; throws the first error
//
// After an error the server skips the statements behind it; in a transaction nothing of it can be committed. A COPY
// cannot be in a pipeline. Statements are sent while they are added, so texts live until add() returns only.
#pragma once

#include "store/postgres/connection.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace carecloud {

class PgPipeline {
  public:
    explicit PgPipeline(PgConnection& db);
    // One that was not finished ends the connection: what the server has carried out of it is not known.
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

    // Throws PgError. The pipeline is empty afterwards and may be filled again.
    std::vector<PgRows> finish();

  private:
    struct Step {
        const char* prepares = nullptr;  // the PgSql::name of a preparation, whose result is not handed out
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
