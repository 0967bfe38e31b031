#include "api/change_feed.hpp"

#include "api/rows_json.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

namespace carecloud {
namespace {

constexpr std::chrono::seconds kWaitEnds{50};

// Changes per batch. A stuck consumer keeps one batch in memory: some 60 KB.
constexpr std::size_t kBatch = 200;
// Proxies close connections that are silent for a minute; a comment also detects consumers that are gone.
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

Duration wait_for_proxies(Duration asked) {
    return std::min<Duration>(asked, kWaitEnds);
}

void ChangeFeed::announce(std::uint64_t newest_seq) {
    if (newest_seq == newest_) return;
    newest_ = newest_seq;
    waiters_.wake_all();
}

void ChangeFeed::close() {
    closed_ = true;
    waiters_.wake_all();
}

Task<bool> ChangeFeed::wait_beyond(std::uint64_t since, MonoTime until) {
    if (closed_ || newest_ > since) co_return !closed_;
    Waiters::Registration registration(waiters_, clock_);
    while (!closed_ && newest_ <= since) {
        const bool woken = co_await registration.until(until);
        if (!woken) co_return false;
    }
    co_return !closed_;
}

struct ChangeReads::Read {
    explicit Read(Clock& clock) : ended(clock) {}

    Page page{};       // null if the reader was interrupted
    ChangeFeed ended;  // closed when the read has ended
};

// The request that reads for all concurrent ones, which are notified however its coroutine ends.
class ChangeReads::Lead {
  public:
    Lead(ChangeReads& reads, const Key& key)
        : reads_(reads),
          at_(reads.under_way_.emplace(key, std::make_shared<Read>(reads.clock_)).first),
          read_(at_->second) {}
    ~Lead() {
        reads_.under_way_.erase(at_);
        read_->ended.close();
    }
    Lead(const Lead&) = delete;
    Lead& operator=(const Lead&) = delete;

    Page found(Result<ChangePage> page) {
        read_->page = std::make_shared<const Result<ChangePage>>(std::move(page));
        return read_->page;
    }

  private:
    ChangeReads& reads_;
    std::map<Key, std::shared_ptr<Read>>::iterator at_;
    std::shared_ptr<Read> read_;
};

Task<ChangeReads::Page> ChangeReads::changes(std::uint64_t since, std::size_t limit) {
    const Key key{feed_.newest(), since, limit};
    for (auto found = under_way_.find(key); found != under_way_.end(); found = under_way_.find(key)) {
        const std::shared_ptr<Read> read = found->second;
        auto joining = read->ended.wait_beyond(0, Clock::never);
        co_await std::move(joining);
        if (read->page) co_return read->page;
    }
    Lead lead(*this, key);
    auto reading = reader_.changes(since, limit);
    Result<ChangePage> page = co_await std::move(reading);
    co_return lead.found(std::move(page));
}

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
        // The stream began while the store could not be read: the consumer's next request gets the 410.
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
