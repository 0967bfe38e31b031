// A Body for Beast's parser (its named requirement "Body") that appends to a buffer as bytes come: a ByteBuffer for
// answers, a std::string for requests. Unlike Beast's own it takes no memory for a Content-Length that is only claimed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffer_traits.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional/optional.hpp>
#include <boost/system/error_code.hpp>

namespace carecloud {

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
