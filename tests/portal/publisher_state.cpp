#include "portal/publisher_state.hpp"

#include <chrono>
#include <cstdint>

namespace carecloud {
namespace {

constexpr std::uint64_t kMillisecondsMax = 3'600'000;  // SNS's own limit for a delay

Json subscription_json(const TopicSubscription& subscription) {
    return {{"endpoint", subscription.endpoint.shown},
            {"arn", subscription.arn},
            {"raw", subscription.raw},
            {"state", to_string(subscription.state)}};
}

Json counts_of(EventPublisher& publisher) {
    const PublisherCounts& counts = publisher.counts();
    const DeliveryCounts& deliveries = publisher.queue().counts();
    Json statuses = Json::object();
    for (const auto& [status, count] : deliveries.statuses)
        statuses[std::to_string(status)] = count;
    return {{"published", counts.published},
            {"messages", counts.messages},
            {"statuses", statuses},
            {"delivered", deliveries.delivered},
            {"retried", deliveries.retried},
            {"refused", deliveries.refused},
            {"given_up", deliveries.given_up},
            {"lost", counts.lost},
            {"challenged", deliveries.challenged},
            {"pending", publisher.pending()},
            {"confirmations", counts.confirmations},
            {"confirmations_refused", counts.confirmations_refused},
            {"certificate_fetches", counts.certificate_fetches},
            {"wrong_certificate_fetches", counts.wrong_certificate_fetches},
            {"no_certificate_fetches", counts.no_certificate_fetches},
            {"unsubscribe_visits", counts.unsubscribe_visits},
            {"faults", counts.faults}};
}

// Reads an optional unsigned member into `value`; returns false if it has another type or exceeds `most`.
bool read_unsigned(const Json& body, const char* name, std::uint64_t most, std::uint64_t& value) {
    const auto found = body.find(name);
    if (found == body.end()) return true;
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() > most) return false;
    value = found->get<std::uint64_t>();
    return true;
}

std::uint64_t count_of(std::chrono::milliseconds span) {
    return static_cast<std::uint64_t>(span.count());
}

std::chrono::milliseconds span_of(std::uint64_t ms) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(ms));
}

}  // namespace

Json publisher_state_json(EventPublisher& publisher) {
    const PublisherSettings& settings = publisher.settings();
    const DeliveryPolicy& policy = publisher.queue().policy();
    Json subscriptions = Json::array();
    for (const TopicSubscription& subscription : publisher.topic().subscriptions())
        subscriptions.push_back(subscription_json(subscription));
    return {{"topic_arn", publisher.topic().arn()},
            {"url", publisher.base_url()},
            {"certificate_url", publisher.base_url() + publisher.identity().certificate_path()},
            {"signature_version", settings.signature_version},
            {"silent", settings.silent},
            {"late_ms", count_of(settings.late)},
            {"retries", policy.retries},
            {"retry_delay_ms", count_of(policy.retry_delay)},
            {"timeout_ms", count_of(policy.timeout)},
            {"faults", publisher.faults().probabilities()},
            {"subscriptions", subscriptions},
            {"counts", counts_of(publisher)}};
}

PortalReply deliveries_reply(const EventPublisher& publisher) {
    std::string lines;
    for (const DeliveryResult& result : publisher.ended()) {
        const double ms = std::chrono::duration<double, std::milli>(result.latency).count();
        Json line{{"message_id", result.message_id},
                  {"record_id", result.record_id},
                  {"type", result.type},
                  {"end", to_string(result.end)},
                  {"status", result.status},
                  {"attempts", result.attempts},
                  {"ms", ms}};
        if (!result.error.empty()) line["error"] = result.error;
        lines.append(line.dump(-1, ' ', false, Json::error_handler_t::replace)).append("\n");
    }
    PortalReply reply{.content_type = "application/x-ndjson"};
    reply.set_body(std::move(lines));
    return reply;
}

std::optional<std::string> change_publisher_settings(EventPublisher& publisher, const Json& body) {
    DeliveryPolicy policy = publisher.queue().policy();
    auto version = static_cast<std::uint64_t>(publisher.settings().signature_version);
    std::uint64_t late_ms = count_of(publisher.settings().late);
    std::uint64_t retries = policy.retries;
    std::uint64_t delay_ms = count_of(policy.retry_delay);
    const bool numbers = read_unsigned(body, "signature_version", 2, version) && version != 0 &&
                         read_unsigned(body, "late_ms", kMillisecondsMax, late_ms) &&
                         read_unsigned(body, "retries", kDeliveryRetriesMax, retries) &&
                         read_unsigned(body, "retry_delay_ms", kMillisecondsMax, delay_ms);
    if (!numbers) return "a number is out of its range";
    const auto silent = body.find("silent");
    if (silent != body.end() && !silent->is_boolean()) return "silent must be true or false";
    policy.retries = static_cast<unsigned>(retries);
    policy.retry_delay = span_of(delay_ms);
    publisher.queue().change(policy);
    publisher.set_signature_version(static_cast<int>(version));
    publisher.set_late(span_of(late_ms));
    if (silent != body.end()) publisher.set_silent(silent->get<bool>());
    return std::nullopt;
}

}  // namespace carecloud
