// Those who take the same records: the product, the bare loop, curl and a Node script.
#pragma once

#include "bench/canned_server.hpp"
#include "bench/dataset.hpp"
#include "bench/measured_process.hpp"
#include "bench/sync_bench.hpp"
#include "model/page.hpp"
#include "model/stream.hpp"

#include <string>
#include <vector>

namespace carecloud::bench {

// The stream that all of them read.
StreamSpec bench_spec();
// The queries of a first load, in order.
std::vector<std::string> first_load_queries(const Dataset& data);

// Writes a configuration for the daemon in `folder`, with a key's file and a new store, and says its name.
std::string write_configuration(const CannedServer& server, const std::string& folder,
                                const std::string& poll_every);

class Contenders {
  public:
    // All of these outlive it. Stores are written in `folder`.
    Contenders(const Options& options, const Dataset& data, const std::vector<Page>& pages,
               CannedServer& server, std::string folder);

    // Each checks that all records came, where they went into a store. Throw std::runtime_error.
    Cost product(bool gzip);
    Cost bare();
    Cost curl(bool gzip);
    Cost node(bool gzip);
    bool has_node() const { return !options_.node_modules.empty(); }

  private:
    std::string fresh();
    void check(const std::string& store) const;

    const Options& options_;
    const Dataset& data_;
    const std::vector<Page>& pages_;
    CannedServer& server_;
    std::string folder_;
};

}  // namespace carecloud::bench
