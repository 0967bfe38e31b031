// Compresses a response with gzip (RFC 1952), at libdeflate's fastest level: measurements must not measure the test
// portal.
//
// One compressor per thread.
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
