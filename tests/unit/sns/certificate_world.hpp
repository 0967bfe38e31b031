// A certificate cache without sockets: SNS's host, the store and the clock are in memory.
#pragma once

#include "sns/certificate_cache.hpp"
#include "sns/topic.hpp"
#include "support/memory_inbox/memory_certificates.hpp"
#include "support/real_now.hpp"
#include "support/sns/scripted_fetcher.hpp"
#include "support/sns/test_signer.hpp"
#include "support/virtual/virtual_clock.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace carecloud {

inline const TestSigner& world_signer() {
    static const TestSigner one;
    return one;
}

// Valid for four days.
inline const TestSigner& lasting_signer() {
    static const TestSigner one = [] {
        TestSubject subject = signing_subject();
        subject.valid_to_seconds = 96 * 3600;
        return TestSigner(subject);
    }();
    return one;
}

inline std::string certificate_address(int number) {
    std::string id = std::to_string(number);
    id.insert(0, 32 - id.size(), '0');
    return "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-" + id + ".pem";
}

// The rule of the test topic.
inline Result<std::vector<std::string>> names_of_test_topic(const std::string& url) {
    const SnsTopic topic = parse_topic_arn(kTestTopic).value();
    const SigningHosts hosts = SigningHosts::create({}).value();
    const Result<HttpUrl> address = hosts.check(url, topic);
    if (!address) return address.error();
    return hosts.names(*address, topic);
}

// A get() in progress.
struct CertificateWaiter {
    std::optional<Result<CertificatePtr>> result;
    bool canceled = false;
    boost::asio::cancellation_signal cancel;

    bool done() const { return result || canceled; }
    bool succeeded() const { return result && result->has_value(); }
    ErrorCode code() const { return result->error().code; }
};

struct CertificateWorld {
    using Waiter = std::shared_ptr<CertificateWaiter>;

    boost::asio::io_context io;
    VirtualClock clock{io, real_now()};
    std::shared_ptr<ScriptedFetcher> fetcher = std::make_shared<ScriptedFetcher>(clock);
    std::shared_ptr<MemoryCertificateContent> kept = std::make_shared<MemoryCertificateContent>();
    MemoryCertificates store{kept};
    std::vector<Error> reported{};
    std::vector<Waiter> waiters{};
    CertificateCacheSettings settings;
    std::unique_ptr<CertificateCache> cache;

    explicit CertificateWorld(CertificateCacheSettings with = {}, std::optional<TrustAnchors> anchors = {})
        : settings(with) {
        restart(std::move(anchors));
    }
    // Ends everything while the clock still exists.
    ~CertificateWorld() {
        for (const auto& waiter : waiters)
            waiter->cancel.emit(boost::asio::cancellation_type::terminal);
        clock.run_for(Duration{0});
        cache.reset();
        clock.run_for(Duration{0});
    }
    CertificateWorld(const CertificateWorld&) = delete;
    CertificateWorld& operator=(const CertificateWorld&) = delete;

    // The content of `kept` stays.
    void restart(std::optional<TrustAnchors> anchors = {}) {
        clock.run_for(Duration{0});
        cache = std::make_unique<CertificateCache>(
            CertificateCacheParts{.clock = clock,
                                  .store = store,
                                  .fetcher = fetcher,
                                  .anchors = std::move(anchors),
                                  .names = names_of_test_topic,
                                  .report = [this](const Error& error) { reported.push_back(error); }},
            settings);
    }

    Waiter ask(const std::string& url) {
        auto waiter = std::make_shared<CertificateWaiter>();
        waiters.push_back(waiter);
        const auto ended = [waiter](const std::exception_ptr& thrown, Result<CertificatePtr> result) {
            waiter->canceled = thrown != nullptr;
            if (!thrown) waiter->result.emplace(std::move(result));
        };
        boost::asio::co_spawn(io, cache->get(parse_http_url(url).value()),
                              boost::asio::bind_cancellation_slot(waiter->cancel.slot(), ended));
        return waiter;
    }

    Waiter ask_and_wait(const std::string& url) {
        auto waiter = ask(url);
        clock.run_until([&] { return waiter->done(); });
        return waiter;
    }

    // A restart with a new fetcher, which has none of the previous responses.
    void restart_without_host() {
        fetcher = std::make_shared<ScriptedFetcher>(clock);
        restart();
    }
};

}  // namespace carecloud
