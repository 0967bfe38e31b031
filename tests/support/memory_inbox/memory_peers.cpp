#include "support/memory_inbox/memory_peers.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace carecloud {

Task<Result<>> MemoryPeers::announce(Daemon daemon) {
    auto work = [this, daemon = std::move(daemon)]() -> Result<> {
        const auto [entry, fresh] = content_->daemons.try_emplace(daemon.id);
        MemoryPeersContent::Present& row = entry->second;
        if (fresh || row.daemon.role != daemon.role) row.since = server_.wall();
        row.daemon = daemon;
        row.seen_at = server_.wall();
        return {};
    };
    return run_with_faults<void>(hook_, "announce", std::move(work));
}

Task<Result<>> MemoryPeers::withdraw(std::string id) {
    auto work = [this, id = std::move(id)]() -> Result<> {
        content_->daemons.erase(id);
        return {};
    };
    return run_with_faults<void>(hook_, "withdraw", std::move(work));
}

std::vector<DaemonRow> MemoryPeers::list() const {
    std::vector<DaemonRow> rows;
    for (const auto& [id, present] : content_->daemons) {
        const Duration unseen = server_.wall() - present.seen_at;
        if (unseen > kUnseenMax) continue;
        rows.push_back({present.daemon, present.since.to_string_ms(), unseen});
    }
    std::sort(rows.begin(), rows.end(), [](const DaemonRow& a, const DaemonRow& b) {
        return std::tie(a.daemon.host, a.daemon.id) < std::tie(b.daemon.host, b.daemon.id);
    });
    return rows;
}

Task<Result<std::vector<DaemonRow>>> MemoryPeers::daemons() {
    auto work = [this]() -> Result<std::vector<DaemonRow>> { return list(); };
    return run_with_faults<std::vector<DaemonRow>>(hook_, "daemons", std::move(work));
}

Task<Result<Arrivals>> MemoryPeers::arrivals(std::uint64_t after) {
    auto work = [this, after]() -> Result<Arrivals> {
        std::set<std::string> streams;
        for (const auto& [id, held] : inbox_->events) {
            // The first event has number 0.
            if (held.number + 1 > after && held.event.stream) streams.insert(*held.event.stream);
        }
        return Arrivals{.newest = inbox_->events.size(), .streams = {streams.begin(), streams.end()}};
    };
    return run_with_faults<Arrivals>(hook_, "arrivals", std::move(work));
}

Task<Result<std::uint64_t>> MemoryPeers::submit(std::string request) {
    auto work = [this, request = std::move(request)]() -> Result<std::uint64_t> {
        const std::uint64_t id = ++content_->last_request;
        content_->requests[id] = {.text = request, .submitted_at = server_.wall()};
        return id;
    };
    return run_with_faults<std::uint64_t>(hook_, "submit", std::move(work));
}

void MemoryPeers::drop_old_requests() {
    std::erase_if(content_->requests, [now = server_.wall()](const auto& entry) {
        return now - entry.second.submitted_at > kRequestLife;
    });
}

Task<Result<std::vector<PeerRequest>>> MemoryPeers::open_requests(std::size_t limit) {
    auto work = [this, limit]() -> Result<std::vector<PeerRequest>> {
        drop_old_requests();
        std::vector<PeerRequest> open;
        for (const auto& [id, request] : content_->requests) {
            if (!request.answer && open.size() < limit) open.push_back({id, request.text});
        }
        return open;
    };
    return run_with_faults<std::vector<PeerRequest>>(hook_, "open_requests", std::move(work));
}

Task<Result<>> MemoryPeers::answer(std::uint64_t id, std::string answer) {
    const auto fence = fenced_by_ ? fenced_by_->fence() : std::nullopt;
    auto work = [this, id, answer = std::move(answer), fence]() -> Result<> {
        if (fence) {
            if (auto lost = refuse_fenced(fenced_by_->content(), fence, "answer a request")) return *lost;
        }
        const auto found = content_->requests.find(id);
        if (found != content_->requests.end() && !found->second.answer) found->second.answer = answer;
        return {};
    };
    return run_with_faults<void>(hook_, "answer", std::move(work));
}

Task<Result<std::optional<std::string>>> MemoryPeers::answer_of(std::uint64_t id) {
    auto work = [this, id]() -> Result<std::optional<std::string>> {
        const auto found = content_->requests.find(id);
        return found == content_->requests.end() ? std::nullopt : found->second.answer;
    };
    return run_with_faults<std::optional<std::string>>(hook_, "answer_of", std::move(work));
}

Task<Result<>> MemoryPeers::forget(std::uint64_t id) {
    auto work = [this, id]() -> Result<> {
        content_->requests.erase(id);
        return {};
    };
    return run_with_faults<void>(hook_, "forget", std::move(work));
}

}  // namespace carecloud
