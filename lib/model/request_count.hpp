// A month's requests to the portal, as they are counted against its quota.
#pragma once

#include <cstdint>

namespace carecloud {

struct RequestCount {
    std::uint64_t sent = 0;
    // Set aside before they are sent. What a crash leaves here counts as sent: nobody knows.
    std::uint64_t reserved = 0;

    std::uint64_t total() const { return sent + reserved; }
    friend bool operator==(const RequestCount&, const RequestCount&) = default;
};

}  // namespace carecloud
