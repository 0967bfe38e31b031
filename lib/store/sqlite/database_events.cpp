// The half of Database that SNS needs: the inbox, and signing certificates.
#include "store/sqlite/database.hpp"

namespace carecloud {

Result<std::vector<bool>> Database::receive(const std::vector<ArrivedEvent>& events) {
    return written("receive events", [&]() -> Result<std::vector<bool>> {
        std::vector<bool> fresh;
        fresh.reserve(events.size());
        bool any = false;
        Transaction transaction(*db_, Transaction::Access::write);
        for (const ArrivedEvent& received : events) {
            fresh.push_back(
                tables_.events.insert(received.event, received.received_at, held_seq(received.event)));
            any = any || fresh.back();
        }
        if (any) transaction.commit();
        return fresh;
    });
}

// The change that brought the version that is held of the event's record; 0: none is.
std::uint64_t Database::held_seq(const Event& event) {
    if (!event.stream || event.record_id.empty()) return 0;
    tables_.records.begin(*event.stream, {});
    const auto held = tables_.records.held(event.record_id);
    return held ? held->seq : 0;
}

Result<std::vector<OpenEvent>> Database::open_events(const std::string& stream, std::size_t limit) {
    return guarded("look up open events of " + stream, path_,
                   [&]() -> Result<std::vector<OpenEvent>> { return tables_.events.open(stream, limit); });
}

Result<std::size_t> Database::count_open() {
    return guarded("count open events", path_,
                   [&]() -> Result<std::size_t> { return tables_.events.count_open(); });
}

Result<> Database::settle(const std::vector<Settlement>& settlements, const std::string& at) {
    return written("settle events", [&]() -> Result<> {
        Transaction transaction(*db_, Transaction::Access::write);
        for (const Settlement& settlement : settlements)
            tables_.events.settle(settlement, at);
        transaction.commit();
        return {};
    });
}

Result<Announced> Database::announced(const std::string& stream, const std::string& from,
                                      const std::string& until) {
    return guarded("count announced changes of " + stream, path_, [&]() -> Result<Announced> {
        const Transaction transaction(*db_, Transaction::Access::read);
        return tables_.events.announced(stream, from, until);
    });
}

Result<> Database::note_subscription(const Subscription& subscription, const std::string& at) {
    return written("note a subscription", [&]() -> Result<> {
        Transaction transaction(*db_, Transaction::Access::write);
        if (tables_.subscriptions.save(subscription, at)) transaction.commit();
        return {};
    });
}

Result<std::vector<Subscription>> Database::subscriptions() {
    return guarded("look up subscriptions", path_,
                   [&]() -> Result<std::vector<Subscription>> { return tables_.subscriptions.all(); });
}

Result<std::vector<KeptCertificate>> Database::certificates() {
    return guarded("look up signing certificates", path_,
                   [&]() -> Result<std::vector<KeptCertificate>> { return tables_.certificates.all(); });
}

Result<> Database::save_certificate(const KeptCertificate& certificate) {
    return written("save a signing certificate", [&]() -> Result<> {
        Transaction transaction(*db_, Transaction::Access::write);
        tables_.certificates.save(certificate);
        transaction.commit();
        return {};
    });
}

Result<> Database::remove_certificate(const std::string& url) {
    return written("remove a signing certificate", [&]() -> Result<> {
        Transaction transaction(*db_, Transaction::Access::write);
        if (tables_.certificates.remove(url)) transaction.commit();
        return {};
    });
}

}  // namespace carecloud
