// Spoils the text of a listing on its way, for tests.
#pragma once

#include <cstddef>
#include <string>

namespace carecloud {

inline constexpr const char* kListed = R"({"_id":")";

// The listing with no more than the first `keep` records. False: it had no more.
inline bool cut_listing(std::string& body, std::size_t keep) {
    std::size_t at = body.find(kListed);
    for (std::size_t i = 0; i < keep && at != std::string::npos; ++i)
        at = body.find(kListed, at + 1);
    if (at == std::string::npos) return false;
    body.erase(keep == 0 ? at : at - 1);  // its comma, too
    body += "]}";
    return true;
}

// The listing without the record of that id, which holds no object. False: it was not there.
inline bool omit_record(std::string& body, const std::string& id) {
    const std::size_t at = body.find(kListed + id + "\"");
    if (at == std::string::npos) return false;
    std::size_t end = body.find('}', at) + 1;
    std::size_t begin = at;
    if (body[end] == ',')
        ++end;
    else if (body[begin - 1] == ',')
        --begin;
    body.erase(begin, end - begin);
    return true;
}

}  // namespace carecloud
