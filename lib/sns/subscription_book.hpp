// Where each topic's subscription stands: what the inbox holds, remembered, so that a notification that proves
// nothing new writes nothing.
//
// I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "model/event.hpp"
#include "store/inbox.hpp"

#include <map>
#include <string>

namespace carecloud {

class Subscriptions {
  public:
    explicit Subscriptions(Inbox& inbox) : inbox_(inbox) {}

    // True: it was another state before, and is durable now. `at`: the message's own time. An empty
    // `subscription.subscription_arn` keeps the known one. Errors: the inbox's.
    Task<Result<bool>> note(Subscription subscription, Timestamp at);

    // A notification of the topic came: it is subscribed to. One that is older than its end proves nothing, since SNS
    // delivers late. True: as in note().
    Task<Result<bool>> proven(std::string topic_arn, Timestamp at);

    // As last noted; `pending` without an ARN where nothing is known yet.
    Subscription find(const std::string& topic_arn) const;

  private:
    struct Entry {
        Subscription subscription;
        Timestamp at;  // the message's time; of what an earlier life noted, the inbox's
    };

    Task<Result<>> load();

    Inbox& inbox_;
    bool loaded_ = false;
    std::map<std::string, Entry> entries_;  // by topic
};

}  // namespace carecloud
