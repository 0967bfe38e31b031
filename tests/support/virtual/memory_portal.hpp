// The Portal seam over a PortalModel, without sockets: the same queries, pages and rules as over HTTP. Requests take
// time, and fail on demand.
#pragma once

#include "base/clock.hpp"
#include "json/slice.hpp"
#include "portal/portal.hpp"
#include "portal/portal_model.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// A request as received, for inspection by tests.
struct SeenRequest {
    std::string kind{};  // "query", "retrieve", "refresh"
    std::string text{};  // the query's body, or the id
    std::string entity{};
    std::size_t take = 0;
    std::size_t records = 0;  // in the response
};

class MemoryPortal : public Portal {
  public:
    MemoryPortal(Clock& clock, PortalModel& model) : clock_(clock), model_(model) {}

    // Called before each request; an error becomes its response.
    using FaultHook = std::function<std::optional<Error>(const SeenRequest&)>;
    void set_fault_hook(FaultHook hook) { fault_ = std::move(hook); }
    // May change the text of a response, such as truncate or replace it.
    using AnswerHook = std::function<void(const SeenRequest&, std::string& body)>;
    void set_answer_hook(AnswerHook hook) { answer_ = std::move(hook); }
    // Provides a response instead of the model's; std::nullopt: the model responds.
    using SourceHook = std::function<std::optional<PortalModel::Answer>(const SeenRequest&)>;
    void set_source_hook(SourceHook hook) { source_ = std::move(hook); }
    // Provides the `Date` of a response instead of the correct one; std::nullopt: the response has none.
    using DateHook = std::function<std::optional<Timestamp>(Timestamp right)>;
    void set_date_hook(DateHook hook) { date_ = std::move(hook); }
    void set_latency(Duration latency) { latency_ = latency; }

    const std::vector<SeenRequest>& requests() const { return requests_; }
    void forget_requests() { requests_.clear(); }

    Task<Result<PagePtr>> query(const Query& query) override;
    Task<Result<PagePtr>> retrieve(const StreamSpec& spec, std::string_view id) override;
    Task<Result<>> refresh() override;

  private:
    Task<Result<PagePtr>> answer(SeenRequest request, std::function<PortalModel::Answer()> ask,
                                 SliceOptions options);

    Clock& clock_;
    PortalModel& model_;
    Slicer slicer_;
    FaultHook fault_;
    AnswerHook answer_;
    SourceHook source_;
    DateHook date_;
    Duration latency_ = std::chrono::milliseconds(20);
    std::vector<SeenRequest> requests_;
};

}  // namespace carecloud
