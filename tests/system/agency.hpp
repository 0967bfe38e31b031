// An agency: a directory with a key, a configuration and a store, and the daemon run on them.
//
//     Agency agency(portal.base_url());
//     const Run run = agency.once();
//     REQUIRE(run.code == 0);
//     REQUIRE(agency.broken_promise(portal) == "");
//
// All output is searched for the key, names and signatures (promise: no personal data and no secrets are logged); the
// level is trace. Used from one thread.
#pragma once

#include "support/temp_dir.hpp"
#include "system/portal_process.hpp"
#include "system/process.hpp"
#include "system/store_reader.hpp"

#include <functional>
#include <string>
#include <vector>

namespace carecloud {

// How one run ended and its output.
struct Run {
    int code = -1;
    std::string out;
    std::string err;

    bool says(const std::string& text) const { return err.find(text) != std::string::npos; }
};

struct AgencyConfig {
    std::string base_url;
    std::string ca_file{};  // empty: none
    std::string timeout = "35s";
    int page_size = 1000;
    std::vector<std::string> streams = {"claim_attendance"};
    std::string poll_every = "1s";
    std::string stream_more{};  // in each stream, such as "filter: {…}"
    std::string rate = "per_second: 1000, burst: 1000";
    std::string store_url{};          // empty: sqlite: and store_path()
    std::string disk_warning = "0%";  // tests run on machines with little free space, too
    std::string more{};               // lines at the end of the file
};

class Agency {
  public:
    explicit Agency(std::string base_url);
    explicit Agency(AgencyConfig config);

    AgencyConfig config;  // write_config() writes a change to the file

    std::string path() const { return dir_.path(); }
    std::string file(const std::string& name) const { return dir_.file(name); }
    std::string config_path() const { return dir_.file("config.yaml"); }
    std::string key_path() const { return dir_.file("api-key"); }
    std::string store_path() const { return dir_.file("store.db"); }
    static std::string key();
    static std::string password();  // of sns.basic_auth_file
    std::string config_text() const;
    void write_config() const;

    // Runs carecloud-syncd with --config and then these options, to completion.
    Run run(const std::vector<std::string>& options, const std::function<int()>& prepare = {});
    Run once(const std::function<int()>& prepare = {}) { return run({"--once"}, prepare); }
    Run check() { return run({"--check"}); }

    Process start(const std::function<int()>& prepare = {});
    // Sends SIGTERM; the daemon must exit with 0, with a normal shutdown, within the promised time.
    Run stop(Process& daemon) const;
    // Checks that the output contains no secret; also used if the daemon was killed.
    Run said(Process& daemon, int code) const;

    // The portal's current content of each stream.
    Portals portals(PortalProcess& portal) const;
    std::string broken_promise(PortalProcess& portal) const;
    // Waits until the store equals the portal's current content; returns the promise that is still broken otherwise.
    std::string follows(Process& daemon, PortalProcess& portal, std::chrono::milliseconds deadline) const;

  private:
    TempDir dir_;
    int runs_ = 0;
};

// Runs carecloud-syncd with only these options.
Run run_syncd(const std::vector<std::string>& options, const TempDir& dir);

// The first secret or personal text in it, as found in the records and messages of these tests; empty if there is none.
// Any long word counts as a signature or a token.
std::string secret_in(const std::string& text);

// CARECLOUD_SEED, or a random one; printed, so a failure can be reproduced.
std::uint64_t test_seed();
// CARECLOUD_ROUNDS: the factor compared with an ordinary test run; 1 if not set.
int test_rounds();

}  // namespace carecloud
