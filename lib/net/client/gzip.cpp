#include "net/client/gzip.hpp"

#include <algorithm>
#include <new>

#include <libdeflate.h>

namespace carecloud {

namespace {

constexpr std::size_t kMemberMin = 18;  // ten bytes of header, eight of CRC and length
// The highest ratio of deflate (zlib's technical notes, "Maximum Compression Factor").
constexpr std::size_t kRatioMax = 1032;

// ISIZE, the last four bytes (RFC 1952 2.3.1): correct for a single valid member, otherwise only a hint.
std::size_t stated_size(std::string_view wire) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        size |= std::size_t{static_cast<unsigned char>(wire[wire.size() - 4 + i])} << (8 * i);
    }
    return size;
}

}  // namespace

void Gunzip::Free::operator()(libdeflate_decompressor* decompressor) const {
    libdeflate_free_decompressor(decompressor);
}

Gunzip::Gunzip() : decompressor_(libdeflate_alloc_decompressor()) {
    if (!decompressor_) throw std::bad_alloc();
}

Gunzip::~Gunzip() = default;

GunzipStatus Gunzip::inflate(std::string_view wire, std::size_t bytes_max, ByteBuffer& out) {
    if (wire.size() < kMemberMin) return GunzipStatus::corrupt;
    const std::size_t possible = std::min(bytes_max, wire.size() * kRatioMax);
    const std::size_t stated = std::min(stated_size(wire), possible);
    ByteBuffer body;
    body.reserve(stated);
    GunzipStatus status = inflate_into(wire, body);
    if (status == GunzipStatus::too_large && stated < possible) {
        // Several members, or a wrong length: retry with the maximum size.
        body.size = 0;
        body.reserve(possible);
        status = inflate_into(wire, body);
    }
    if (status == GunzipStatus::too_large && possible < bytes_max) status = GunzipStatus::corrupt;
    if (status == GunzipStatus::ok) out = std::move(body);
    return status;
}

GunzipStatus Gunzip::inflate_into(std::string_view wire, ByteBuffer& out) {
    while (!wire.empty()) {
        const auto room = out.free_room();
        std::size_t consumed = 0;
        std::size_t written = 0;
        const libdeflate_result result = libdeflate_gzip_decompress_ex(
            decompressor_.get(), wire.data(), wire.size(), room.data(), room.size(), &consumed, &written);
        if (result == LIBDEFLATE_INSUFFICIENT_SPACE) return GunzipStatus::too_large;
        if (result != LIBDEFLATE_SUCCESS) return GunzipStatus::corrupt;
        out.size += written;
        wire.remove_prefix(consumed);
        // Zeros after the last member are padding, for gzip(1) as well.
        if (wire.find_first_not_of('\0') == std::string_view::npos) break;
    }
    return GunzipStatus::ok;
}

}  // namespace carecloud
