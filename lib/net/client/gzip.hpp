// Inflates a gzip body (RFC 1952) in one go, with libdeflate, straight into the buffer that is handed on.
//
//     Gunzip gunzip;
//     ByteBuffer body;
//     GunzipStatus status = gunzip.inflate(wire, 32 << 20, body);
//
// One Gunzip a thread; it keeps the decompressor's tables from call to call.
#pragma once

#include "net/byte_buffer.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

struct libdeflate_decompressor;

namespace carecloud {

enum class GunzipStatus {
    ok,
    corrupt,    // not gzip, cut short, or a checksum or length that does not agree
    too_large,  // inflates to more than the limit
};

class Gunzip {
  public:
    Gunzip();
    ~Gunzip();
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;

    // Every member of `wire` one after the other (RFC 1952 2.2), and zeros behind the last one; the CRC and the length
    // of each are verified.
    // Fills `out` only when ok.
    GunzipStatus inflate(std::string_view wire, std::size_t bytes_max, ByteBuffer& out);

  private:
    GunzipStatus inflate_into(std::string_view wire, ByteBuffer& out);

    struct Free {
        void operator()(libdeflate_decompressor* decompressor) const;
    };
    std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
};

}  // namespace carecloud
