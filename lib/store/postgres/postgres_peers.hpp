// The Peers of a PostgreSQL store, on a separate thread and connection.
#pragma once

#include "store/job_thread.hpp"
#include "store/peers.hpp"
#include "store/postgres/link.hpp"
#include "store/postgres/postgres_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class PostgresPeers : public Peers {
  public:
    // Answers are written under the fence of `store`, which must outlive this object.
    PostgresPeers(const PostgresSettings& settings, const PostgresStore& store);

    Task<Result<>> announce(Daemon daemon) override;
    Task<Result<>> withdraw(std::string id) override;
    Task<Result<std::vector<DaemonRow>>> daemons() override;
    Task<Result<Arrivals>> arrivals(std::uint64_t after) override;
    Task<Result<std::uint64_t>> submit(std::string request) override;
    Task<Result<std::vector<PeerRequest>>> open_requests(std::size_t limit) override;
    Task<Result<>> answer(std::uint64_t id, std::string answer) override;
    Task<Result<std::optional<std::string>>> answer_of(std::uint64_t id) override;
    Task<Result<>> forget(std::uint64_t id) override;

    void close();

  private:
    template <class T, class Work>
    Task<Result<T>> run(std::string operation, Work work) {
        return thread_.run<T>([this, operation = std::move(operation), work = std::move(work)] {
            return link_.run<T>(operation, work);
        });
    }

    const PostgresStore& store_;
    std::string channel_;
    PgLink link_;
    JobThread thread_;
};

}  // namespace carecloud
