// Splits JSON into its parts without changing their text.
//
//     const JsonPage page = slice_page(body, "records");
//     page.rows[0]                  →  {"_id":"…", …}
//     page.members.at("next")       →  the other members of the page
//
// Pure. Throws nlohmann's exception if the text is not JSON of that shape.
#pragma once

#include "ctl/daemon_client.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

struct JsonPage {
    std::vector<std::string> rows{};  // one line each: line breaks between tokens become blanks
    CtlJson members = CtlJson::object();
};

JsonPage slice_page(std::string& body, std::string_view name);

// The members of an object, in order: the name decoded, the value verbatim.
std::vector<std::pair<std::string, std::string>> slice_members(std::string& object);

}  // namespace carecloud
