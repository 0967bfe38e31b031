// The common part of each kind of StoreHandle: a store, which is also the inbox and the certificate store, and a
// reader.
#pragma once

#include "store/store_handle.hpp"

#include <memory>
#include <utility>

namespace carecloud {

template <class StoreType, class ReaderType>
class StoreHandleOf : public StoreHandle {
  public:
    StoreHandleOf(std::unique_ptr<StoreType> store, std::unique_ptr<ReaderType> reader)
        : store_(std::move(store)), reader_(std::move(reader)) {}

    Store& store() override { return *store_; }
    Inbox& inbox() override { return *store_; }
    CertificateStore& certificates() override { return *store_; }
    Reader& reader() override { return *reader_; }
    Task<Result<PruneReport>> prune(KeepLimits limits) override { return store_->prune(std::move(limits)); }
    Task<Result<ErasureReport>> erase(ErasureRequest request) override {
        return store_->erase(std::move(request));
    }
    Task<Result<>> check_owned() override { return store_->check_owned(); }
    void close() override {
        reader_->close();
        store_->close();
    }

  protected:
    std::unique_ptr<StoreType> store_;
    std::unique_ptr<ReaderType> reader_;  // closed before the store
};

}  // namespace carecloud
