// A receiver without sockets: its inbox, SNS's host and the clock are in memory, and its reports are recorded.
#pragma once

#include "sns/receiver.hpp"
#include "support/memory_inbox/memory_certificates.hpp"
#include "support/memory_inbox/memory_inbox.hpp"
#include "support/real_now.hpp"
#include "support/sns/scripted_fetcher.hpp"
#include "support/sns/test_signer.hpp"
#include "support/virtual/virtual_clock.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace carecloud {

struct SaidByReceiver : ReceiverObserver {
    std::vector<EventReport> events;
    std::vector<SnsRefusal> refusals;
    std::vector<Subscription> subscriptions;
    std::vector<std::string> hints;
    std::vector<Error> failures;

    void event_received(const EventReport& event) override { events.push_back(event); }
    void request_refused(const SnsRefusal& refusal, std::string_view) override {
        refusals.push_back(refusal);
    }
    void subscription_changed(const Subscription& subscription, std::string_view hint) override {
        subscriptions.push_back(subscription);
        hints.emplace_back(hint);
    }
    void receiver_failed(const Error& error) override { failures.push_back(error); }
};

struct WokenStreams : EngineWaker {
    std::vector<std::string> streams;

    void wake(std::string_view stream) override { streams.emplace_back(stream); }
};

inline const TestSigner& test_signer() {
    static const TestSigner one;
    return one;
}

inline ReceiverSettings receiver_settings() {
    ReceiverSettings settings;
    settings.topic_arns = {std::string(kTestTopic)};
    settings.routes = {{.stream = "claim_attendance",
                        .entity = "claim_attendance",
                        .workspace_id = "636eeb5d8029cf0df6932c16",
                        .bucket_id = "636eeb5d8029cf0df6932c17"}};
    return settings;
}

// A request in progress.
struct PostedRequest {
    explicit PostedRequest(ServerRequest sent) : request(std::move(sent)) {}

    ServerRequest request;
    std::optional<ServerResponse> response{};
    boost::asio::cancellation_signal cancel{};
};

struct ReceiverWorld {
    boost::asio::io_context io;
    VirtualClock clock{io, real_now()};
    std::shared_ptr<ScriptedFetcher> fetcher = std::make_shared<ScriptedFetcher>(clock);
    std::shared_ptr<MemoryInboxContent> content = std::make_shared<MemoryInboxContent>();
    MemoryInbox inbox{content, clock};
    std::shared_ptr<MemoryCertificateContent> kept = std::make_shared<MemoryCertificateContent>();
    MemoryCertificates certificates{kept};
    std::unique_ptr<Subscriptions> subscriptions;
    WokenStreams woken;
    SaidByReceiver said;
    std::vector<std::shared_ptr<PostedRequest>> posted{};
    std::unique_ptr<Receiver> receiver;

    explicit ReceiverWorld(ReceiverSettings settings = receiver_settings()) {
        fetcher->answer(std::string(kTestCertificateUrl), test_signer().certificate_pem());
        restart(std::move(settings));
    }
    // Ends everything while the clock still exists.
    ~ReceiverWorld() {
        for (const auto& one : posted)
            one->cancel.emit(boost::asio::cancellation_type::terminal);
        clock.run_for(Duration{0});
        receiver.reset();
        clock.run_for(Duration{0});
    }
    ReceiverWorld(const ReceiverWorld&) = delete;
    ReceiverWorld& operator=(const ReceiverWorld&) = delete;

    ReceiverPorts ports() {
        return {.clock = clock,
                .inbox = inbox,
                .certificates = certificates,
                .subscriptions = *subscriptions,
                .engine = woken,
                .observer = said};
    }

    // As after a crash: `content` stays.
    void restart(ReceiverSettings settings = receiver_settings()) {
        receiver.reset();
        subscriptions = std::make_unique<Subscriptions>(clock, inbox);
        receiver = Receiver::create(ports(), fetcher, std::move(settings)).value();
    }

    std::shared_ptr<PostedRequest> start(ServerRequest request) {
        auto one = std::make_shared<PostedRequest>(std::move(request));
        posted.push_back(one);
        const auto ended = [one](const std::exception_ptr& thrown, ServerResponse response) {
            if (thrown) std::rethrow_exception(thrown);
            one->response = std::move(response);
        };
        boost::asio::co_spawn(io, receiver->receive(one->request),
                              boost::asio::bind_cancellation_slot(one->cancel.slot(), ended));
        return one;
    }

    ServerResponse send(ServerRequest request) {
        const auto one = start(std::move(request));
        clock.run_until([&] { return one->response.has_value(); });
        return one->response.value();
    }

    ServerResponse post_text(std::string body, std::vector<HttpHeader> headers = {}) {
        return send(
            {.method = "POST", .target = "/sns", .headers = std::move(headers), .body = std::move(body)});
    }
    // Signs the message first.
    ServerResponse post(const nlohmann::json& message, std::vector<HttpHeader> headers = {}) {
        return post_text(test_signer().sign(message), std::move(headers));
    }

    bool nothing_kept() const { return content->events.empty() && content->subscriptions.empty(); }
};

}  // namespace carecloud
