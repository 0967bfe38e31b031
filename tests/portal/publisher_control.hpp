// The control port's calls under /sns: subscriptions, messages, faults and results. Also publishes events about changes
// that other calls make.
//
// Used on the server's thread.
#pragma once

#include "base/timestamp.hpp"
#include "portal/event_publisher.hpp"
#include "portal/portal_model.hpp"
#include "portal/portal_reply.hpp"
#include "portal/record_random.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

std::string publisher_control_help();

// The event that the portal publishes about this version of a record: with its workspace and bucket, and its `modified`
// plus, as in the vendor's events, some 100 ns ticks within the same millisecond.
PublishedEvent event_of_record(const std::string& entity, std::string_view raw, RecordRandom& random,
                               Timestamp now);

class PublisherControl {
  public:
    // Both must outlive this object.
    PublisherControl(EventPublisher& publisher, PortalModel& model);

    // Handles a call of /sns or below it.
    PortalReply handle(const PortalCall& call, const PortalTarget& target, Timestamp now);

    // Whether changes are to be announced: there is a subscriber, and silence was not requested.
    bool announces(bool silent);
    // The reason why that many changes cannot be announced; std::nullopt if they can.
    std::optional<std::string> refusal(std::size_t changes) const;
    // Publishes one event per document.
    std::size_t announce(const std::string& entity, const std::vector<std::string>& raws, Timestamp now);

  private:
    PortalReply subscribe(const Json& body);
    PortalReply unsubscribe(const Json& body);
    PortalReply publish(const PortalCall& call, const Json& body, bool touch, Timestamp now);
    PortalReply publish_listed(const Json& listed, const PublishOptions& options);
    std::vector<std::string> random_ids(const std::string& entity, std::size_t count);

    EventPublisher& publisher_;
    PortalModel& model_;
    RecordRandom random_;
};

}  // namespace carecloud
