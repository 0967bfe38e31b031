// What is known about the URLs of signing certificates: verified certificates and recent failures. Both are bounded.
//
// Pure: the time is a parameter. I/O thread only.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "sns/certificate.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class HeldCertificates {
  public:
    struct Held {
        std::string url;
        CertificatePtr certificate;  // may have expired
        MonoTime refresh_at;         // when to fetch it again
    };

    explicit HeldCertificates(std::size_t most) : most_(most) {}

    // nullptr if no verified certificate of that URL is held. The pointer is valid until the next use() or hold().
    Held* find(const std::string& url);
    // The same, and marks it as the most recently used.
    Held* use(const std::string& url);
    // Adds the certificate or replaces the URL's previous one. Returns the URL of the least recently used one if that
    // was evicted.
    std::optional<std::string> hold(const std::string& url, CertificatePtr certificate, MonoTime refresh_at);
    std::size_t size() const { return held_.size(); }

  private:
    std::size_t most_;
    std::vector<Held> held_{};  // least recently used first
};

class RecentFailures {
  public:
    explicit RecentFailures(Duration kept_for) : kept_for_(kept_for) {}

    std::optional<Error> find(const std::string& url, MonoTime now) const;
    void add(const std::string& url, const Error& error, MonoTime now);

  private:
    struct Failure {
        std::string url;
        Error error;
        MonoTime until;
    };

    Duration kept_for_;
    std::deque<Failure> failures_{};  // oldest first
};

}  // namespace carecloud
