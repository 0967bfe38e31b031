#include "net/server/sessions.hpp"

namespace carecloud {

void ServerSessions::move(ServerSession& session, Place& place, List& to) {
    if (place.list == nullptr) {
        place.at = to.insert(to.end(), &session);
    } else {
        to.splice(to.end(), *place.list, place.at);
    }
    place.list = &to;
}

void ServerSessions::remove(Place& place) {
    if (place.list != nullptr) place.list->erase(place.at);
    place.list = nullptr;
}

ServerSessions::List ServerSessions::all() const {
    List sessions = idle_;
    sessions.insert(sessions.end(), busy_.begin(), busy_.end());
    sessions.insert(sessions.end(), leaving_.begin(), leaving_.end());
    return sessions;
}

}  // namespace carecloud
