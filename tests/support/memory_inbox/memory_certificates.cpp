#include "support/memory_inbox/memory_certificates.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

Task<Result<std::vector<KeptCertificate>>> MemoryCertificates::certificates() {
    auto work = [content = content_]() -> Result<std::vector<KeptCertificate>> {
        std::vector<KeptCertificate> all;
        for (const auto& [url, certificate] : *content)
            all.push_back(certificate);
        std::stable_sort(all.begin(), all.end(),
                         [](const auto& a, const auto& b) { return a.fetched_at < b.fetched_at; });
        return all;
    };
    return run_with_faults<std::vector<KeptCertificate>>(hook_, "certificates", std::move(work));
}

Task<Result<>> MemoryCertificates::save_certificate(KeptCertificate certificate) {
    auto work = [content = content_, certificate = std::move(certificate)]() -> Result<> {
        content->insert_or_assign(certificate.url, certificate);
        return {};
    };
    return run_with_faults<void>(hook_, "save_certificate", std::move(work));
}

Task<Result<>> MemoryCertificates::remove_certificate(std::string url) {
    auto work = [content = content_, url = std::move(url)]() -> Result<> {
        content->erase(url);
        return {};
    };
    return run_with_faults<void>(hook_, "remove_certificate", std::move(work));
}

}  // namespace carecloud
