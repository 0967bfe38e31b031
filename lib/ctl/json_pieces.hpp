// The rows of a page, each as the very bytes that came.
//
//     const JsonPage page = slice_page(body, "records");
//     page.rows[0]                  →  {"_id":"…", …}
//     page.members.at("next")       →  what stands beside the rows
//
// Pure; nlohmann's exception where the text is no JSON of that shape.
#pragma once

#include "ctl/daemon_client.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

struct JsonPage {
    std::vector<std::string> rows{};  // of one line each
    CtlJson members = CtlJson::object();
};

JsonPage slice_page(std::string& body, std::string_view name);

// The members of an object in their order: the name decoded, the value as it stands.
std::vector<std::pair<std::string, std::string>> slice_members(std::string& object);

}  // namespace carecloud
