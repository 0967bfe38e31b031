#include "bench/endpoint_bounds.hpp"
#include "bench/load_series.hpp"
#include "bench/machine.hpp"
#include "bench/sns_bench.hpp"
#include "bench/sns_servers.hpp"
#include "bench/table.hpp"
#include "support/free_port.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>

namespace carecloud::bench {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::vector<std::string>>;

// The goal at 64 connections: this multiple of the disk's single-row commits, or this share of one core's signature
// checks, whichever is less.
constexpr double kTimesCommits = 20;
constexpr double kShareOfChecks = 0.7;

struct Contender {
    std::string name;
    std::vector<LoadSeries> levels = std::vector<LoadSeries>(3);
};

struct Figures {
    Contender held{"daemon, events of the stream"};
    Contender not_in_stream{"daemon, events not in a stream"};
    Contender nginx{"nginx, an empty 200"};
    std::vector<double> commits;        // average of before and after the load over 64 connections
    std::vector<double> commits_apart;  // the larger of the two, divided by the smaller
    std::vector<CheckRates> checks[2];  // of signature versions 1 and 2
    std::uint64_t certificate_fetches = 0;
    std::uint64_t lives = 0;  // runs of the daemon
    std::vector<double> peak_mib;
};

// What every round sends, and where to.
struct Scene {
    std::unique_ptr<PortalServer> portal = start_publisher();
    CertificateFiles tls;
    std::string ca_file;
    EndpointTls trust;
    std::vector<Level> held;
    std::vector<Level> not_in_stream;
};

template <class T>
T value_of(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
}

Scene set_scene(const SnsOptions& options, const std::string& folder) {
    Scene scene;
    scene.tls = value_of(make_certificates(folder + "/tls", {"127.0.0.1", "localhost"}));
    scene.ca_file = folder + "/sns-ca.pem";
    std::ofstream(scene.ca_file) << scene.portal->sns_authority();
    scene.trust = value_of(endpoint_tls(scene.tls.ca_file, true));
    scene.held = sign_levels(*scene.portal, options.messages, true);
    scene.not_in_stream = sign_levels(*scene.portal, options.messages, false);
    return scene;
}

std::uint64_t certificate_fetches(PortalServer& portal) {
    std::uint64_t fetches = 0;
    portal.with_publisher(
        [&](EventPublisher& publisher) { fetches = publisher.counts().certificate_fetches; });
    return fetches;
}

// The server of a contender and the connections to it, for one round.
struct Running {
    Running(std::vector<std::string> command, const std::string& log, const std::string& ready,
            const Scene& scene, std::uint16_t port)
        : server(std::move(command), log),
          load({.endpoint = value_of(parse_endpoint(endpoint_url(port))), .tls = scene.trust}) {
        if (!ready.empty()) server.wait_for(ready);
    }

    DaemonProcess server;
    PublisherLoad load;
};

std::size_t count_of(const Level& level) {
    return level.warm_up.size() + level.measured.size();
}

void run_round(const SnsOptions& options, Scene& scene, const std::string& folder, Figures& figures) {
    const std::uint16_t port = free_port();
    const std::string configuration = write_sns_configuration({.base_url = scene.portal->base_url(),
                                                               .sns_url = scene.portal->sns_url(),
                                                               .sns_ca_file = scene.ca_file,
                                                               .tls = scene.tls,
                                                               .port = port},
                                                              folder);
    const std::uint64_t fetches = certificate_fetches(*scene.portal);
    Running daemon({options.syncd, "--config", configuration}, folder + "/syncd.log", "pass finished", scene,
                   port);
    std::optional<Running> nginx;
    if (!options.nginx.empty()) {
        const std::uint16_t at = free_port();
        const std::string file = write_nginx_configuration(scene.tls, at, folder);
        nginx.emplace(std::vector<std::string>{options.nginx, "-p", folder, "-c", file},
                      folder + "/nginx.log", "", scene, at);
    }
    StoreLook store(folder + "/store.db");
    std::size_t sent = 0;
    const auto load_daemon = [&](Contender& contender, const Level& level, std::size_t i) {
        contender.levels[i].add_round(daemon.load, daemon.server, level);
        sent += count_of(level);
        store.wait_settled(sent);
    };
    const auto commits = [&] {
        return single_row_commits(folder + "/single.db", scene.held.front().measured);
    };
    for (std::size_t i = 0; i < scene.held.size(); ++i) {
        load_daemon(figures.not_in_stream, scene.not_in_stream[i], i);
        if (nginx) figures.nginx.levels[i].add_round(nginx->load, nginx->server, scene.held[i]);
        // The disk's commit rate depends on its other users: measure it before and after the series that is compared
        // with it.
        const bool compared = i + 1 == scene.held.size();
        const double before = compared ? commits() : 0;
        load_daemon(figures.held, scene.held[i], i);
        if (!compared) continue;
        const double after = commits();
        figures.commits.push_back((before + after) / 2);
        figures.commits_apart.push_back(std::max(before, after) / std::min(before, after));
    }
    figures.peak_mib.push_back(daemon.server.memory_mib("VmHWM"));
    figures.certificate_fetches += certificate_fetches(*scene.portal) - fetches;
    ++figures.lives;
}

void measure_checks(const Scene& scene, Figures& figures) {
    for (const int version : {1, 2}) {
        figures.checks[version - 1].push_back(
            signature_checks(scene.portal->sns_identity(), scene.portal->sns_url(), version));
    }
}

void add_contender(Rows& rows, const Scene& scene, const Figures& figures, const Contender& contender) {
    for (std::size_t i = 0; i < scene.held.size(); ++i) {
        const LoadSeries& level = contender.levels[i];
        if (level.rate.empty()) continue;
        rows.push_back({contender.name, std::to_string(scene.held[i].connections), spread(level.rate),
                        spread(ratios(level.rate, figures.nginx.levels[i].rate)), spread(level.p50_ms),
                        spread(level.p99_ms), digits(median(level.server_us)), digits(median(level.first_us)),
                        digits(median(level.client_us)), digits(median(level.server_cores)),
                        digits(median(level.client_cores))});
    }
}

void print_load(const Scene& scene, const Figures& figures) {
    Rows rows{{"", "connections", "acknowledged/s", "x of nginx", "p50 ms", "p99 ms", "CPU us each",
               "in first thread", "in client", "core of first thread", "of client"}};
    for (const Contender* contender : {&figures.held, &figures.not_in_stream, &figures.nginx})
        add_contender(rows, scene, figures, *contender);
    print_table("acknowledged messages, each durable before its 200 (" +
                    digits(static_cast<double>(scene.held.front().measured.front().post.body.size())) +
                    " bytes; TLS, keep-alive)",
                rows);
    std::cout << "  every acknowledged message was in the store, settled; certificate fetches: "
              << figures.certificate_fetches << " in " << figures.lives
              << " lives of the daemon; its memory at most: " << digits(median(figures.peak_mib)) << " MiB\n";
}

std::vector<double> rates(const std::vector<CheckRates>& checks, double CheckRates::*which) {
    std::vector<double> values;
    values.reserve(checks.size());
    for (const CheckRates& check : checks)
        values.push_back(check.*which);
    return values;
}

// The maximum rate of one thread, from its CPU time per message.
std::vector<double> per_core(std::vector<double> us_each) {
    for (double& value : us_each)
        value = 1e6 / value;
    return us_each;
}

void print_bounds(const Figures& figures) {
    const LoadSeries& held = figures.held.levels.back();
    Rows rows{
        {"", "a second"},
        {"(b) commits of one event, synchronous=FULL, this disk", spread(figures.commits)},
        {"(c) signature checks on one core, version 1",
         spread(rates(figures.checks[0], &CheckRates::verify))},
        {"    version 2", spread(rates(figures.checks[1], &CheckRates::verify))},
        {"    reading messages alone, on one core", spread(rates(figures.checks[0], &CheckRates::parse))},
        {"    the daemon's first thread, with a core and a disk of its own",
         spread(per_core(held.first_us))}};
    const std::vector<double>& nginx = figures.nginx.levels.back().first_us;
    std::vector<double> least;
    for (std::size_t i = 0; i < nginx.size(); ++i)
        least.push_back(nginx[i] + 1e6 / figures.checks[0][i].verify);
    if (!least.empty())
        rows.push_back({"    one thread that does what nginx does, and (c)", spread(per_core(least))});
    print_table("what bounds them", rows);
}

void print_verdict(const Figures& figures) {
    const std::vector<double>& reached = figures.held.levels.back().rate;
    const std::vector<double> checks = rates(figures.checks[0], &CheckRates::verify);
    std::vector<double> wanted;
    for (std::size_t i = 0; i < checks.size(); ++i)
        wanted.push_back(std::min(kTimesCommits * figures.commits[i], kShareOfChecks * checks[i]));
    const bool commits_bind = kTimesCommits * median(figures.commits) < kShareOfChecks * median(checks);
    const std::string bound = commits_bind ? "20 x (b)" : "70 % of (c)";
    print_table("daemon over 64 connections, events of the stream",
                {{"", "measured", "target"},
                 {"x of (b)", spread(ratios(reached, figures.commits)), digits(kTimesCommits)},
                 {"share of (c)", spread(ratios(reached, checks)), digits(kShareOfChecks)},
                 {"the lower of the two is " + bound + ", " + digits(median(wanted)) + "/s: share of it",
                  spread(ratios(reached, wanted)), digits(1)}});
    std::cout << "  (b) before such a load and after it differed by a factor of "
              << spread(figures.commits_apart)
              << "; above 2, other programs used the disk, and comparisons with (b) mean little\n";
}

}  // namespace

void measure_endpoint_load(const SnsOptions& options, const std::string& folder) {
    std::cout << "\nsigning messages\n" << std::flush;
    Scene scene = set_scene(options, folder);
    Figures figures;
    std::cout << options.rounds << " rounds " << std::flush;
    for (std::size_t round = 0; round < options.rounds; ++round) {
        const std::string home = folder + "/load";
        fs::create_directory(home);
        run_round(options, scene, home, figures);
        measure_checks(scene, figures);
        fs::remove_all(home);
        std::cout << "." << std::flush;
    }
    std::cout << "\n";
    print_load(scene, figures);
    print_bounds(figures);
    print_verdict(figures);
}

}  // namespace carecloud::bench
