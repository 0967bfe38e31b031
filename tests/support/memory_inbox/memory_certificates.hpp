// The CertificateStore in memory, for tests. Like MemoryInbox, each call suspends once, and then takes effect
// immediately.
//
//     auto content = std::make_shared<MemoryCertificateContent>();
//     MemoryCertificates store(content);
#pragma once

#include "store/certificates.hpp"
#include "support/memory_store/store_fault.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace carecloud {

// The content, by URL. It survives a MemoryCertificates, like a disk survives a process.
using MemoryCertificateContent = std::map<std::string, KeptCertificate>;

class MemoryCertificates : public CertificateStore {
  public:
    explicit MemoryCertificates(std::shared_ptr<MemoryCertificateContent> content)
        : content_(std::move(content)) {}

    // See MemoryInbox::set_fault_hook.
    void set_fault_hook(StoreFaultHook hook) { hook_ = std::move(hook); }

    Task<Result<std::vector<KeptCertificate>>> certificates() override;
    Task<Result<>> save_certificate(KeptCertificate certificate) override;
    Task<Result<>> remove_certificate(std::string url) override;

  private:
    std::shared_ptr<MemoryCertificateContent> content_;
    StoreFaultHook hook_;
};

}  // namespace carecloud
