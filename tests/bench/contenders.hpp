// The contenders, which all receive the same records: the product, the bare loop, curl and a Node script.
#pragma once

#include "bench/canned_server.hpp"
#include "bench/dataset.hpp"
#include "bench/measured_process.hpp"
#include "bench/sync_bench.hpp"
#include "model/record.hpp"

#include <string>
#include <vector>

namespace carecloud::bench {

// The queries of a first load, in order.
std::vector<std::string> first_load_queries(const Dataset& data);

// Writes a configuration for the daemon to `folder`, with a key file and a new store, and returns its name.
std::string write_configuration(const CannedServer& server, const std::string& folder,
                                const std::string& poll_every);

class Contenders {
  public:
    // All must outlive it. Stores are written to `folder`.
    Contenders(const Options& options, const Dataset& data, const std::vector<Page>& pages,
               CannedServer& server, std::string folder);

    // Each checks that all records arrived, if it has a store. All throw std::runtime_error.
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
