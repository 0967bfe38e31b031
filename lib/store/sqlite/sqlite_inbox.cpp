// The part of SqliteStore for SNS: the inbox and signing certificates.
#include "store/sqlite/sqlite_store_impl.hpp"

#include <utility>

namespace carecloud {
namespace {

// The change that wrote the held version of the event's record; 0 if none is held.
std::uint64_t held_seq(Tables& tables, const Event& event) {
    if (!event.stream || event.record_id.empty()) return 0;
    tables.records.begin(*event.stream, {});
    const auto held = tables.records.held(event.record_id);
    return held ? held->seq : 0;
}

}  // namespace

Result<std::vector<bool>> SqliteStore::Impl::write_events(const std::vector<ArrivedEvent>& arrived) const {
    auto work = [&arrived](Tables& tables, Transaction& transaction) {
        std::vector<bool> fresh;
        fresh.reserve(arrived.size());
        bool any = false;
        for (const ArrivedEvent& one : arrived) {
            fresh.push_back(tables.events.insert(one.event, one.received_at, held_seq(tables, one.event)));
            any = any || fresh.back();
        }
        if (any) transaction.commit();
        return fresh;
    };
    return database->write<std::vector<bool>>("receive events", work);
}

Task<Result<bool>> SqliteStore::receive(Event event) {
    return impl_->events.receive(std::move(event), impl_->now());
}

Task<Result<std::vector<OpenEvent>>> SqliteStore::open_events(std::string stream, std::size_t limit) {
    return impl_->read<std::vector<OpenEvent>>(
        "look up open events of " + stream,
        [stream, limit](Tables& tables) { return tables.events.open(stream, limit); });
}

Task<Result<std::size_t>> SqliteStore::count_open() {
    return impl_->read<std::size_t>("count open events",
                                    [](Tables& tables) { return tables.events.count_open(); });
}

Task<Result<>> SqliteStore::settle(std::vector<Settlement> settlements) {
    return impl_->write<void>("settle events", [settlements = std::move(settlements), at = impl_->now()](
                                                   Tables& tables, Transaction& transaction) {
        for (const Settlement& settlement : settlements)
            tables.events.settle(settlement, at);
        transaction.commit();
        return Result<>();
    });
}

Task<Result<Announced>> SqliteStore::announced(std::string stream, Timestamp from, Timestamp until) {
    return impl_->read<Announced>(
        "count announced changes of " + stream,
        [stream, from, until](Tables& tables) { return tables.events.announced(stream, from, until); });
}

Task<Result<>> SqliteStore::note_subscription(Subscription subscription) {
    return impl_->write<void>("note a subscription",
                              [subscription = std::move(subscription), at = impl_->now()](
                                  Tables& tables, Transaction& transaction) {
                                  if (tables.subscriptions.save(subscription, at)) transaction.commit();
                                  return Result<>();
                              });
}

Task<Result<std::vector<Subscription>>> SqliteStore::subscriptions() {
    return impl_->read<std::vector<Subscription>>("look up subscriptions",
                                                  [](Tables& tables) { return tables.subscriptions.all(); });
}

Task<Result<std::vector<KeptCertificate>>> SqliteStore::certificates() {
    return impl_->read<std::vector<KeptCertificate>>(
        "look up signing certificates", [](Tables& tables) { return tables.certificates.all(); });
}

Task<Result<>> SqliteStore::save_certificate(KeptCertificate certificate) {
    return impl_->write<void>("save a signing certificate", [certificate = std::move(certificate)](
                                                                Tables& tables, Transaction& transaction) {
        tables.certificates.save(certificate);
        transaction.commit();
        return Result<>();
    });
}

Task<Result<>> SqliteStore::remove_certificate(std::string url) {
    return impl_->write<void>("remove a signing certificate",
                              [url = std::move(url)](Tables& tables, Transaction& transaction) {
                                  if (tables.certificates.remove(url)) transaction.commit();
                                  return Result<>();
                              });
}

}  // namespace carecloud
