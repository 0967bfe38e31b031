#include "portal/portal_gzip.hpp"

#include <new>

#include <libdeflate.h>

namespace carecloud {

void PortalGzip::Free::operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
}

PortalGzip::PortalGzip() : compressor_(libdeflate_alloc_compressor(1)) {
    if (!compressor_) throw std::bad_alloc();
}

std::string PortalGzip::compress(std::string_view text) {
    std::string result(libdeflate_gzip_compress_bound(compressor_.get(), text.size()), '\0');
    result.resize(
        libdeflate_gzip_compress(compressor_.get(), text.data(), text.size(), result.data(), result.size()));
    return result;
}

}  // namespace carecloud
