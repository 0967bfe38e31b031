#include "publisher_world.hpp"

namespace carecloud {

Subscriber::Subscriber(boost::asio::io_context& io, boost::asio::ssl::context* tls)
    : server_(
          io, [this](Peer& peer) { return serve(peer); }, tls) {}

Task<> Subscriber::serve(Peer& peer) {
    for (;;) {
        const std::string request = co_await peer.read_request();
        if (request.empty()) co_return;
        requests.push_back(request);
        std::string answer = http_ok("");
        if (!answers.empty()) {
            answer = answers.front().empty() ? std::string() : http_answer(answers.front(), "");
            answers.pop_front();
        }
        if (answer.empty()) {
            co_await peer.wait_closed();
            co_return;
        }
        const bool written = co_await peer.write(answer);
        if (!written) co_return;
    }
}

PublisherWorld::PublisherWorld(PublisherSettings settings) {
    settings.wall = [this] { return wall; };
    auto created = EventPublisher::create(io.get_executor(), std::move(settings), test_identity(),
                                          "https://127.0.0.1:40443");
    REQUIRE(created.has_value());
    publisher = *std::move(created);
}

void PublisherWorld::subscribe_confirmed(const std::string& url, bool raw) {
    const auto arn = publisher->subscribe(url, {.raw = raw, .fault = {}});
    REQUIRE(arn.has_value());
    run_until_idle();
    const TopicSubscription* subscription = publisher->topic().find(*arn);
    REQUIRE(subscription != nullptr);
    const std::string token = subscription->tokens.begin()->first;
    const PortalReply reply =
        get("/?Action=ConfirmSubscription&TopicArn=" + publisher->topic().arn() + "&Token=" + token);
    REQUIRE(reply.status == 200);
    subscriber.requests.clear();
}

std::vector<DeliveryResult> PublisherWorld::publish(std::size_t count, PublishOptions options) {
    std::vector<PublishedEvent> events;
    for (std::size_t i = 0; i < count; ++i)
        events.push_back(test_event(i));
    std::vector<DeliveryResult> results;
    bool done = false;
    options.done = [&](std::vector<DeliveryResult> all) {
        results = std::move(all);
        done = true;
    };
    const auto ids = publisher->publish(events, options);
    REQUIRE(ids.has_value());
    CHECK(ids->size() == count);
    run_until([&] { return done; });
    return results;
}

}  // namespace carecloud
