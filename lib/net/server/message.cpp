#include "net/server/message.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace carecloud {

std::string_view ServerRequest::path() const {
    std::string_view rest = std::string_view(target).substr(0, target.find('?'));
    // "http://host/path", as a request to a proxy has it, must be taken by every server (RFC 9112 3.2.2).
    const auto authority = rest.starts_with('/') ? std::string_view::npos : rest.find("://");
    if (authority == std::string_view::npos) return rest;
    const auto path_begin = rest.find('/', authority + 3);
    return path_begin == std::string_view::npos ? std::string_view("/") : rest.substr(path_begin);
}

std::string_view ServerRequest::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const HttpHeader& header) {
        return ascii_iequals(header.first, name);
    });
    return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

}  // namespace carecloud
