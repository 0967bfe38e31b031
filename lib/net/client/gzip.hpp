// Inflates a gzip body (RFC 1952) in one call, with libdeflate, directly into its final buffer.
//
//     Gunzip gunzip;
//     ByteBuffer body;
//     GunzipStatus status = gunzip.inflate(wire, 32 << 20, body);
//
// Keeps the decompressor's tables from call to call. One Gunzip per thread.
#pragma once

#include "net/byte_buffer.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

struct libdeflate_decompressor;

namespace carecloud {

enum class GunzipStatus {
    ok,
    corrupt,    // not gzip, truncated, or a checksum or length that does not match
    too_large,  // inflates to more than the limit
};

class Gunzip {
  public:
    Gunzip();
    ~Gunzip();
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;

    // Inflates the concatenated members of `wire` (RFC 1952 2.2), which zeros may follow, and verifies the CRC and
    // length of each. Sets `out` only if ok.
    GunzipStatus inflate(std::string_view wire, std::size_t bytes_max, ByteBuffer& out);

  private:
    GunzipStatus inflate_into(std::string_view wire, ByteBuffer& out);

    struct Free {
        void operator()(libdeflate_decompressor* decompressor) const;
    };
    std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
};

}  // namespace carecloud
