#include "json/json_text.hpp"

#include <algorithm>

namespace carecloud {
namespace {

bool is_plain(char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

}  // namespace

std::string json_text(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void append_quoted(std::string& out, std::string_view text) {
    if (!std::all_of(text.begin(), text.end(), is_plain)) {
        out += json_text(std::string(text));
        return;
    }
    out += '"';
    out += text;
    out += '"';
}

}  // namespace carecloud
