// What SNS needs: the tables `events`, `subscriptions` and `signing_certificates`. On the store's thread; throws
// SqlError. Texts that are handed in live until the call returns.
#pragma once

#include "model/event.hpp"
#include "store/certificates.hpp"
#include "store/inbox.hpp"
#include "store/sqlite/statement.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace carecloud {

class EventTable {
  public:
    explicit EventTable(Connection& db);

    // False: an event of this message is there already.
    // `held_seq`: of the version of its record that is held; 0: none is.
    bool insert(const Event& event, std::string_view received_at, std::uint64_t held_seq);
    std::vector<OpenEvent> open(std::string_view stream, std::size_t limit);
    std::size_t count_open();
    void settle(const Settlement& settlement, std::string_view settled_at);
    Announced announced(std::string_view stream, std::string_view from, std::string_view until);

  private:
    std::unordered_set<std::string> announced_since(std::string_view stream, std::string_view from);

    Statement insert_;
    Statement open_;
    Statement count_open_;
    Statement settle_;
    Statement recent_;
    Statement announced_;
};

class SubscriptionTable {
  public:
    explicit SubscriptionTable(Connection& db);

    // True: the row was written, since it differs from what was there.
    bool save(const Subscription& subscription, std::string_view at);
    std::vector<Subscription> all();

  private:
    Statement save_;
    Statement all_;
};

class CertificateTable {
  public:
    explicit CertificateTable(Connection& db);

    std::vector<KeptCertificate> all();
    void save(const KeptCertificate& certificate);
    // Whether there was one.
    bool remove(std::string_view url);

  private:
    Statement all_;
    Statement save_;
    Statement remove_;
};

}  // namespace carecloud
