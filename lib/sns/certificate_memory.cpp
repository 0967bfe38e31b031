#include "sns/certificate_memory.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kFailuresMax = 64;

}  // namespace

HeldCertificates::Held* HeldCertificates::find(const std::string& url) {
    const auto found =
        std::find_if(held_.begin(), held_.end(), [&](const Held& one) { return one.url == url; });
    return found == held_.end() ? nullptr : &*found;
}

HeldCertificates::Held* HeldCertificates::use(const std::string& url) {
    const auto found =
        std::find_if(held_.begin(), held_.end(), [&](const Held& one) { return one.url == url; });
    if (found == held_.end()) return nullptr;
    std::rotate(found, found + 1, held_.end());
    return &held_.back();
}

std::optional<std::string> HeldCertificates::hold(const std::string& url, CertificatePtr certificate,
                                                  MonoTime refresh_at) {
    if (Held* same = find(url)) {
        same->certificate = std::move(certificate);
        same->refresh_at = refresh_at;
        return std::nullopt;
    }
    std::optional<std::string> gone;
    if (held_.size() >= most_) {
        gone = std::move(held_.front().url);
        held_.erase(held_.begin());
    }
    held_.push_back({.url = url, .certificate = std::move(certificate), .refresh_at = refresh_at});
    return gone;
}

std::optional<Error> RecentFailures::find(const std::string& url, MonoTime now) const {
    const auto found = std::find_if(failures_.begin(), failures_.end(), [&](const Failure& failure) {
        return failure.url == url && failure.until > now;
    });
    return found == failures_.end() ? std::nullopt : std::optional<Error>(found->error);
}

void RecentFailures::add(const std::string& url, const Error& error, MonoTime now) {
    while (!failures_.empty() && (failures_.front().until <= now || failures_.size() >= kFailuresMax)) {
        failures_.pop_front();
    }
    failures_.push_back({.url = url, .error = error, .until = now + kept_for_});
}

}  // namespace carecloud
