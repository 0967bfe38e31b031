// gzip of an answer (RFC 1952), at libdeflate's fastest level: a portal for tests must not be what is
// measured.
//
// One compressor a thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct libdeflate_compressor;

namespace carecloud {

class PortalGzip {
  public:
    PortalGzip();
    std::string compress(std::string_view text);

  private:
    struct Free {
        void operator()(libdeflate_compressor* compressor) const;
    };
    std::unique_ptr<libdeflate_compressor, Free> compressor_;
};

}  // namespace carecloud
