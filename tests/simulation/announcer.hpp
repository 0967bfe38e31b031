// The SNS of the world: an event for most records written, delivered late, twice, out of order or never, and retried
// until the endpoint has answered 200.
#pragma once

#include "model/event.hpp"
#include "simulation/world_settings.hpp"
#include "simulation/writers.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace carecloud {

// Future actions of the world, by its own time. Actions due at the same instant happen in the order of their creation.
class Agenda {
  public:
    using Action = std::function<void()>;

    void put(Timestamp at, Action action) { entries_.emplace(at, std::move(action)); }
    bool empty() const { return entries_.empty(); }
    Timestamp next() const { return entries_.begin()->first; }
    Action take_first() { return std::move(entries_.extract(entries_.begin()).mapped()); }
    void clear() { entries_.clear(); }

  private:
    std::multimap<Timestamp, Action> entries_;
};

// The number of the edit that the message announces.
std::size_t announced_edit(const std::string& message_id);

class Announcer {
  public:
    // Delivers one message, if an endpoint listens; calls `answered` with true for a 200.
    using Endpoint = std::function<void(Event event, std::function<void(bool)> answered)>;

    Announcer(const WorldSettings& settings, Random& random, Agenda& agenda, Endpoint endpoint)
        : settings_(settings), random_(random), agenda_(agenda), endpoint_(std::move(endpoint)) {}

    // A record was written now.
    void announce(const std::string& entity, const std::string& id, const Written& record, Timestamp now);
    // The topic has lost its subscription, or has been subscribed again.
    void subscribe(bool subscribed) { subscribed_ = subscribed; }
    bool subscribed() const { return subscribed_; }
    std::size_t announced() const { return announced_; }

  private:
    struct Message {
        Event event;
        std::size_t tries = 0;
        bool answered = false;
    };

    void deliver_at(const std::shared_ptr<Message>& message, Timestamp at);
    void deliver(const std::shared_ptr<Message>& message, Timestamp at);

    const WorldSettings& settings_;
    Random& random_;
    Agenda& agenda_;
    Endpoint endpoint_;
    std::size_t announced_ = 0;
    bool subscribed_ = true;
};

}  // namespace carecloud
