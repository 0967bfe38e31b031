// Pages of the change log, each read once for all who ask for it at the same moment: after a commit a thousand
// followers do.
//
//     const ChangeReads::Page page = co_await reads.changes(4711, 1000);
//     if (!*page) co_return problem_of(page->error());
//
// I/O thread alone.
#pragma once

#include "api/change_feed.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "store/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

namespace carecloud {

class ChangeReads {
  public:
    using Page = std::shared_ptr<const Result<ChangePage>>;

    // All of these outlive it; it outlives its calls.
    ChangeReads(Clock& clock, Reader& reader, const ChangeFeed& feed)
        : clock_(clock), reader_(reader), feed_(feed) {}
    ChangeReads(const ChangeReads&) = delete;
    ChangeReads& operator=(const ChangeReads&) = delete;

    // As Reader::changes; never null. It has every change that was announced before the call.
    Task<Page> changes(std::uint64_t since, std::size_t limit);

  private:
    // What had been announced when it began, since, limit.
    using Key = std::tuple<std::uint64_t, std::uint64_t, std::size_t>;
    struct Read;
    class Lead;

    Clock& clock_;
    Reader& reader_;
    const ChangeFeed& feed_;
    std::map<Key, std::shared_ptr<Read>> under_way_;
};

}  // namespace carecloud
