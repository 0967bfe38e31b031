#include "api/change_stream.hpp"

#include "api/rows_json.hpp"

#include <charconv>
#include <utility>

namespace carecloud {
namespace {

// Of a consumer that is stuck, a batch is kept: some 60 KB.
constexpr std::size_t kBatch = 200;
// Proxies end connections that are silent for a minute, and a consumer that is gone is noticed by it.
constexpr std::chrono::seconds kCommentEvery{15};
constexpr const char* kGreeting = "retry: 2000\n\n";
constexpr const char* kComment = ":\n\n";

std::string events_of(const ChangePage& page) {
    std::string out;
    for (const ChangeRow& change : page.changes) {
        std::string data;
        append_change(data, change);
        out.append("id: ").append(page.generation).append(":").append(std::to_string(change.seq));
        out.append("\nevent: change\ndata: ").append(data).append("\n\n");
    }
    return out;
}

}  // namespace

ChangeStream::ChangeStream(Clock& clock, std::shared_ptr<ChangeReads> reads, ChangeFeed& feed, Position from)
    : clock_(clock), reads_(std::move(reads)), feed_(feed), at_(std::move(from)) {}

std::optional<ChangeStream::Position> ChangeStream::parse(std::string_view id) {
    const std::size_t colon = id.rfind(':');
    const bool named = colon != std::string_view::npos;
    const std::string_view digits = named ? id.substr(colon + 1) : id;
    Position position;
    if (named) position.generation = id.substr(0, colon);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), position.since);
    const bool whole = failure == std::errc{} && end == digits.data() + digits.size();
    if (!whole || position.since > INT64_MAX || (named && colon == 0)) return std::nullopt;
    return position;
}

Task<std::optional<std::string>> ChangeStream::next() {
    if (!std::exchange(greeted_, true)) co_return kGreeting;
    const MonoTime deadline = clock_.now() + kCommentEvery;
    while (!feed_.closed()) {
        auto reading = reads_->changes(at_.since, kBatch);
        const ChangeReads::Page read = co_await std::move(reading);
        const Result<ChangePage>& page = *read;
        if (!page || (!at_.generation.empty() && page->generation != at_.generation)) break;
        // Begun while the store could not be read: the next request gets the 410.
        if (at_.generation.empty() && at_.since > page->newest_seq) break;
        at_.generation = page->generation;
        if (!page->changes.empty()) {
            at_.since = page->changes.back().seq;
            co_return events_of(*page);
        }
        auto waiting = feed_.wait_beyond(page->newest_seq, deadline);
        const bool more = co_await std::move(waiting);
        if (!more && !feed_.closed()) co_return kComment;
    }
    co_return std::nullopt;
}

}  // namespace carecloud
