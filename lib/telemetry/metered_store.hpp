// The store, with what its commits bring counted, timed, and what they set aside reported. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "store/store.hpp"
#include "telemetry/histories.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

class MeteredStore : public Store {
  public:
    using SetAside = std::function<void(const std::string& stream, const CommitSummary& summary)>;

    // All of these outlive it. `set_aside` is called for each commit that put records into quarantine,
    // doubted or passed over a version, or took one that the record had had before.
    MeteredStore(Store& store, const Clock& clock, Histories& histories, SetAside set_aside)
        : store_(store), clock_(clock), histories_(histories), set_aside_(std::move(set_aside)) {}

    Task<Result<CommitSummary>> commit(Batch batch) override;

    // As they are.
    Task<Result<std::optional<StreamState>>> load_stream(std::string stream) override {
        return store_.load_stream(std::move(stream));
    }
    Task<Result<std::vector<std::size_t>>> unknown(std::string stream, std::vector<Key> keys) override {
        return store_.unknown(std::move(stream), std::move(keys));
    }
    Task<Result<std::vector<std::optional<HeldRecord>>>> held(std::string stream,
                                                              std::vector<std::string> ids) override {
        return store_.held(std::move(stream), std::move(ids));
    }
    Task<Result<Rechecks>> rechecks(std::string stream, std::size_t limit) override {
        return store_.rechecks(std::move(stream), limit);
    }
    Task<Result<std::vector<Key>>> untried(std::string stream, Timestamp before, std::size_t limit) override {
        return store_.untried(std::move(stream), before, limit);
    }
    Task<Result<std::vector<Key>>> live(LiveRange range) override { return store_.live(std::move(range)); }
    Task<Result<std::uint64_t>> count_live(std::string stream, std::string modified_from) override {
        return store_.count_live(std::move(stream), std::move(modified_from));
    }
    Task<Result<std::uint64_t>> save_pass(Job pass) override { return store_.save_pass(std::move(pass)); }
    Task<Result<std::vector<Job>>> passes() override { return store_.passes(); }
    Task<Result<std::map<std::string, Timestamp>>> first_passes() override { return store_.first_passes(); }
    Task<Result<>> note_first_pass(std::string stream) override {
        return store_.note_first_pass(std::move(stream));
    }
    Task<Result<RequestCount>> requests(std::string month) override {
        return store_.requests(std::move(month));
    }
    Task<Result<>> save_requests(std::string month, RequestCount count) override {
        return store_.save_requests(std::move(month), count);
    }

  private:
    Store& store_;
    const Clock& clock_;
    Histories& histories_;
    SetAside set_aside_;
};

}  // namespace carecloud
