// The control port's calls under /sns: subscriptions, messages, faults, and what became of them. Also the
// events of changes that other calls make.
//
// Used from the server's thread.
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

// The event that the portal publishes for that version of a record: of its own workspace and bucket, at its
// `modified` and, as the vendor's, some 100 ns ticks later within the millisecond.
PublishedEvent event_of_record(const std::string& entity, std::string_view raw, RecordRandom& random,
                               Timestamp now);

class PublisherControl {
  public:
    // Both must outlive this.
    PublisherControl(EventPublisher& publisher, PortalModel& model);

    // A call of /sns or below it.
    PortalReply handle(const PortalCall& call, const PortalTarget& target, Timestamp now);

    // Whether changes are to be announced: there is a subscriber, and silence was not asked for.
    bool announces(bool silent);
    // Why that many changes cannot be announced; nothing if they can.
    std::optional<std::string> refusal(std::size_t changes) const;
    // One event for each of these documents.
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
