// How carecloudctl finds the daemon.
#include "ctl/daemon_client.hpp"
#include "support/temp_dir.hpp"

#include <fstream>
#include <sys/stat.h>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// Found by a configuration with that section.
CtlResult<DaemonAddress> found_by(const TempDir& dir, const std::string& api,
                                  std::vector<std::string> words = {}) {
    std::ofstream(dir.file("config.yaml"))
        << "portal: { base_url: \"https://portal.agency.test/api\", workspace_id: 636eeb5d8029cf0df6932c16, "
           "bucket_id: 636eeb5d8029cf0df6932c16, api_key_file: key }\n"
           "streams: [ { entity: provider } ]\nstore: { url: \"sqlite:/var/lib/x/store.db\" }\n"
        << api;
    words.insert(words.end(), {"status", "--config", dir.file("config.yaml")});
    const auto line = parse_command_line(words);
    REQUIRE(line.has_value());
    return find_daemon(*line);
}

}  // namespace

TEST_CASE("the daemon's address is read from its configuration") {
    const TempDir dir;
    CHECK(found_by(dir, "api: { listen: \"127.0.0.1:9000\" }\n")->url == "http://127.0.0.1:9000");
    CHECK(found_by(dir, "api: { listen: \"unix:/run/x/api.sock\" }\n")->url == "unix:/run/x/api.sock");
    CHECK(found_by(dir, "api: { listen: \"0.0.0.0:80\", token_file: token }\n")->url ==
          "http://127.0.0.1:80");
    CHECK(found_by(dir, "api: { listen: \"[::]:80\", token_file: token }\n")->url == "http://[::1]:80");
}

TEST_CASE("its token is used if the file is readable, and the command line takes precedence") {
    const TempDir dir;
    const std::string api = "api: { listen: \"127.0.0.1:9000\", token_file: token }\n";
    CHECK(found_by(dir, api)->token_file.empty());
    std::ofstream(dir.file("token")) << "0123456789abcdef\n";
    CHECK(found_by(dir, api)->token_file == dir.file("token"));
    CHECK(found_by(dir, api, {"--token-file", "mine"})->token_file == "mine");
    const auto named = found_by(dir, api, {"--url", "unix:/mine"});
    CHECK(named->url == "unix:/mine");
    CHECK(named->token_file.empty());
}

TEST_CASE(
    "a configuration with errors still yields the address of a daemon that runs with earlier settings") {
    const TempDir dir;
    const auto found = found_by(dir, "api: { listen: \"127.0.0.1:9000\" }\nnonsense: 1\n");
    REQUIRE(found.has_value());
    CHECK(found->url == "http://127.0.0.1:9000");
    CHECK(found->notice == dir.file("config.yaml") + " has errors, which carecloud-syncd --check lists");
    CHECK(found_by(dir, "api: { listen: \"127.0.0.1:9000\" }\n")->notice.empty());
}

TEST_CASE("the address of an instance is its socket, never that of another agency's service") {
    const auto found = find_daemon(*parse_command_line({"status", "--instance", "not-installed"}));
    REQUIRE(found.has_value());
    CHECK(found->url == "unix:/run/carecloud-syncd@not-installed/api.sock");
    CHECK(configuration_file(*parse_command_line({"doctor", "--instance", "not-installed"})) ==
          "/etc/carecloud-syncd/not-installed/config.yaml");
    CHECK(configuration_file(*parse_command_line({"doctor"})) == "/etc/carecloud-syncd/config.yaml");
}

TEST_CASE("a configuration that is specified but unusable is a failure") {
    const TempDir dir;
    const auto broken = found_by(dir, "apu: {}\n");
    REQUIRE_FALSE(broken.has_value());
    CHECK(broken.error().exit == CtlExit::usage);
    CHECK(broken.error().hint.find("did you mean") != std::string::npos);
    const auto line = parse_command_line({"status", "--config", dir.file("nowhere")});
    CHECK_FALSE(find_daemon(*line).has_value());
}
