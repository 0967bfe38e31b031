// A growing buffer that does not zero its memory and always has kBodyPadding bytes of spare room after its content. The
// body of a response is read or inflated into it, and passed on without a copy.
//
// One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffer_traits.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional/optional.hpp>
#include <boost/system/error_code.hpp>

namespace carecloud {

// Spare room after a body, of any content: vectorized parsers read beyond the end of their input.
inline constexpr std::size_t kBodyPadding = 64;

struct ByteBuffer {
    std::unique_ptr<char[]> data;  // null before the first reservation
    std::size_t size = 0;
    std::size_t capacity = 0;  // without the padding

    std::string_view text() const { return {data.get(), size}; }

    // Ensures room for `bytes` in total; existing content is kept.
    void reserve(std::size_t bytes) {
        if (data && bytes <= capacity) return;
        auto larger = std::make_unique_for_overwrite<char[]>(bytes + kBodyPadding);
        if (size > 0) std::memcpy(larger.get(), data.get(), size);
        data = std::move(larger);
        capacity = bytes;
    }

    void append(std::string_view more) {
        if (more.empty()) return;
        if (!data || more.size() > capacity - size) reserve(std::max(size + more.size(), 2 * capacity));
        std::memcpy(data.get() + size, more.data(), more.size());
        size += more.size();
    }

    // Room for the next bytes; the writer increases `size` afterwards.
    std::span<char> free_room() const { return {data.get() + size, capacity - size}; }
};

// A Body for Beast's parser (its named requirement "Body") that appends to a buffer as bytes arrive: a ByteBuffer for
// responses, a std::string for requests. Unlike Beast's own bodies it does not allocate memory for a Content-Length
// before the bytes arrive.
template <class Buffer>
struct GrowingBody {
    using value_type = Buffer;

    class reader {
      public:
        template <bool isRequest, class Fields>
        reader(boost::beast::http::header<isRequest, Fields>&, value_type& body) : body_(body) {}

        void init(const boost::optional<std::uint64_t>&, boost::system::error_code& failure) { failure = {}; }

        template <class ConstBufferSequence>
        std::size_t put(const ConstBufferSequence& buffers, boost::system::error_code& failure) {
            failure = {};
            std::size_t bytes = 0;
            for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
                body_.append(std::string_view(static_cast<const char*>(buffer.data()), buffer.size()));
                bytes += buffer.size();
            }
            return bytes;
        }

        void finish(boost::system::error_code& failure) { failure = {}; }

      private:
        value_type& body_;
    };
};

}  // namespace carecloud
