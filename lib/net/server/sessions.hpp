// Which sessions a server has, and which of them has been idle the longest.
//
// Owns none of them: a session adds itself, and removes itself at its end. I/O thread only.
#pragma once

#include <cstddef>
#include <list>

namespace carecloud {

class ServerSession;

class ServerSessions {
  public:
    using List = std::list<ServerSession*>;
    // Where a session stands; kept by it.
    struct Place {
        List* list = nullptr;
        List::iterator at{};
    };

    // Idle is a session without a whole request. One that is idle again is the youngest of them.
    void set_idle(ServerSession& session, Place& place) { move(session, place, idle_); }
    void set_busy(ServerSession& session, Place& place) { move(session, place, busy_); }
    // Told to end, and no longer counted among the open ones.
    void set_leaving(ServerSession& session, Place& place) { move(session, place, leaving_); }
    void remove(Place& place);

    // Null: none is idle.
    ServerSession* oldest_idle() const { return idle_.empty() ? nullptr : idle_.front(); }
    std::size_t open() const { return idle_.size() + busy_.size(); }
    bool none() const { return open() == 0 && leaving_.empty(); }
    // All of them, as a copy: what is done to one moves it.
    List all() const;

  private:
    static void move(ServerSession& session, Place& place, List& to);

    List idle_;  // the longest idle first
    List busy_;
    List leaving_;
};

}  // namespace carecloud
