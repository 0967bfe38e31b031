// An open store of any kind: what a daemon needs of it, so that one file alone knows which kinds there are.
//
//     Result<std::unique_ptr<StoreHandle>> store = open_sqlite_store(settings, clock);
//     (*store)->set_change_listener([&feed](std::uint64_t newest_seq) { feed.announce(newest_seq); });
//
// I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/machine_use.hpp"
#include "store/certificates.hpp"
#include "store/inbox.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>

namespace carecloud {

class StoreHandle {
  public:
    StoreHandle() = default;
    StoreHandle(const StoreHandle&) = delete;
    StoreHandle& operator=(const StoreHandle&) = delete;
    // Closes.
    virtual ~StoreHandle() = default;

    virtual Store& store() = 0;
    virtual Inbox& inbox() = 0;
    virtual CertificateStore& certificates() = 0;
    virtual Reader& reader() = 0;

    // Called after each commit that added to the change log, with its newest seq: what reads the log finds it there. It
    // must not throw. One at a time; empty: nobody is called.
    virtual void set_change_listener(std::function<void(std::uint64_t newest_seq)> listener) = 0;

    // Whether this process still owns the store and what is written is kept. store_failed: it is lost (hazard 37), and
    // from then on every call that writes fails with it, too.
    virtual Task<Result<>> check_owned() = 0;

    // What it takes of this machine. Reads from the kernel's memory alone.
    virtual StoreUse use() const = 0;

    // Carries out every call that was begun and frees the store for another daemon. Blocks. Later calls end by
    // `canceled`.
    virtual void close() = 0;
};

}  // namespace carecloud
