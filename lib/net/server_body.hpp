// A Body for Beast's parser (its named requirement "Body") that appends to a string as bytes come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional/optional.hpp>
#include <boost/system/error_code.hpp>

namespace carecloud {

// Unlike Beast's string_body it takes no memory for a Content-Length that is only claimed.
struct ServerBody {
    using value_type = std::string;

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
                body_.append(static_cast<const char*>(buffer.data()), buffer.size());
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
