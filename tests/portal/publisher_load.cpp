#include "portal/publisher_load.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace carecloud {
namespace {

namespace asio = boost::asio;

// Signs every `step`th event, starting with `first`.
void sign_share(const MessageSeal& seal, const std::string& topic_arn,
                const std::vector<PublishedEvent>& events, std::size_t first, std::size_t step,
                std::vector<LoadMessage>& messages) {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(since_1970).count();
    const Timestamp now{ms * Timestamp::ticks_per_millisecond};
    const std::string arn = topic_arn + ":" + new_message_id();
    for (std::size_t i = first; i < events.size(); i += step) {
        LoadMessage& message = messages[i];
        message.message_id = new_message_id();
        message.record_id = events[i].id;
        PublishedFields fields =
            notification_fields(topic_arn, message.message_id, events[i].to_json(), {}, now);
        message.post = OutgoingMessage(seal, std::move(fields), {}).post_for(arn, false);
    }
}

}  // namespace

std::vector<LoadMessage> sign_load(const MessageSeal& seal, const std::string& topic_arn,
                                   const std::vector<PublishedEvent>& events, std::size_t threads) {
    std::vector<LoadMessage> messages(events.size());
    std::vector<std::future<void>> others;
    for (std::size_t i = 1; i < threads; ++i) {
        others.push_back(std::async(std::launch::async,
                                    [&, i] { sign_share(seal, topic_arn, events, i, threads, messages); }));
    }
    sign_share(seal, topic_arn, events, 0, threads, messages);
    for (std::future<void>& other : others)
        other.get();
    return messages;
}

std::size_t LoadReport::acknowledged() const {
    return static_cast<std::size_t>(std::count_if(results.begin(), results.end(), [](const auto& result) {
        return result.end == DeliveryEnd::delivered;
    }));
}

std::map<int, std::size_t> LoadReport::statuses() const {
    std::map<int, std::size_t> counts;
    for (const DeliveryResult& result : results)
        ++counts[result.status];
    return counts;
}

double LoadReport::acknowledged_per_second() const {
    const double seconds = std::chrono::duration<double>(elapsed).count();
    return seconds > 0 ? static_cast<double>(acknowledged()) / seconds : 0;
}

std::chrono::nanoseconds LoadReport::latency_at(double share) const {
    std::vector<std::chrono::nanoseconds> latencies;
    for (const DeliveryResult& result : results) {
        if (result.end == DeliveryEnd::delivered) latencies.push_back(result.latency);
    }
    if (latencies.empty()) return {};
    const auto last = static_cast<double>(latencies.size() - 1);
    const auto index = static_cast<std::ptrdiff_t>(std::clamp(share, 0.0, 1.0) * last);
    std::nth_element(latencies.begin(), latencies.begin() + index, latencies.end());
    return latencies[static_cast<std::size_t>(index)];
}

struct PublisherLoad::State {
    explicit State(LoadSettings settings)
        : wire(io.get_executor(), std::move(settings.endpoint), std::move(settings.tls), settings.timeout) {}

    // The work of one connection: sends the next message when the previous one is answered.
    Task<> send_some(const std::vector<LoadMessage>& messages, LoadReport& report, std::size_t& next);

    asio::io_context io{1};
    PublisherWire wire;
};

Task<> PublisherLoad::State::send_some(const std::vector<LoadMessage>& messages, LoadReport& report,
                                       std::size_t& next) {
    while (next < messages.size()) {
        const std::size_t index = next++;
        const WireAnswer answer = co_await wire.post(messages[index].post);
        DeliveryResult& result = report.results[index];
        result.message_id = messages[index].message_id;
        result.record_id = messages[index].record_id;
        result.type = "Notification";
        result.attempts = 1;
        result.status = answer.status;
        result.latency = answer.latency;
        result.error = answer.error;
        result.end = end_of_attempt({.retries = 0}, answer.status, 1);
    }
}

PublisherLoad::PublisherLoad(LoadSettings settings) : state_(std::make_unique<State>(std::move(settings))) {}

PublisherLoad::~PublisherLoad() = default;

LoadReport PublisherLoad::send(const std::vector<LoadMessage>& messages, std::size_t connections) {
    LoadReport report;
    report.results.resize(messages.size());
    const std::size_t opened_before = state_->wire.connections_opened();
    std::size_t next = 0;
    for (std::size_t i = 0; i < std::max<std::size_t>(connections, 1); ++i)
        asio::co_spawn(state_->io, state_->send_some(messages, report, next), asio::detached);
    const auto start = std::chrono::steady_clock::now();
    state_->io.restart();
    state_->io.run();
    report.elapsed = std::chrono::steady_clock::now() - start;
    report.connections_opened = state_->wire.connections_opened() - opened_before;
    return report;
}

}  // namespace carecloud
