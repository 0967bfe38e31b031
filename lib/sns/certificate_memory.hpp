// What is known of the addresses of signing certificates: those that were found good, and those that failed a moment
// ago. Both are bounded.
//
// Pure: it is given the time. I/O thread alone.
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
        MonoTime refresh_at;         // when it is to be fetched again
    };

    explicit HeldCertificates(std::size_t most) : most_(most) {}

    // Null: the address was never found good. Until the next call of any.
    Held* find(const std::string& url);
    // As find(); it counts as used now.
    Held* use(const std::string& url);
    // Replaces the one of that address. The address of the one used longest ago, if it had to make room.
    std::optional<std::string> hold(const std::string& url, CertificatePtr certificate, MonoTime refresh_at);
    std::size_t size() const { return held_.size(); }

  private:
    std::size_t most_;
    std::vector<Held> held_{};  // the one used last at the end
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
    std::deque<Failure> failures_{};  // the oldest first
};

}  // namespace carecloud
