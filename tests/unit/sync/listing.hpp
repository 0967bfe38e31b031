// Corrupts the text of a listing in transit, for tests.
#pragma once

#include <cstddef>
#include <string>

namespace carecloud {

inline constexpr const char* kListed = R"({"_id":")";

// Truncates the listing to its first `keep` records. False: it had no more.
inline bool cut_listing(std::string& body, std::size_t keep) {
    std::size_t at = body.find(kListed);
    for (std::size_t i = 0; i < keep && at != std::string::npos; ++i)
        at = body.find(kListed, at + 1);
    if (at == std::string::npos) return false;
    body.erase(keep == 0 ? at : at - 1);  // including its comma
    body += "]}";
    return true;
}

// Removes the record with that id, which contains no object. False: it was not there.
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
