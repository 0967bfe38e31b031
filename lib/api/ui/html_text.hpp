// Text for a page of HTML: what comes from elsewhere is escaped, always, so that it is never markup.
//
// Pure; safe on any thread.
#pragma once

#include <string>
#include <string_view>

namespace carecloud {

// For the content of an element and for an attribute in double quotes. Control characters become U+FFFD, and so do
// bytes that are no UTF-8.
std::string html(std::string_view text);

}  // namespace carecloud
