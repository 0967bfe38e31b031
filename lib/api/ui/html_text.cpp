#include "api/ui/html_text.hpp"

#include "json/json_text.hpp"

namespace carecloud {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// As JSON has it: what is no UTF-8 replaced.
std::string as_utf8(std::string_view text) {
    const std::string quoted = json_text(std::string(text));
    return nlohmann::ordered_json::parse(quoted).get<std::string>();
}

}  // namespace

std::string html(std::string_view text) {
    std::string out;
    for (const char c : as_utf8(text)) {
        const auto byte = static_cast<unsigned char>(c);
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                if (byte < 0x20 || byte == 0x7f)
                    out += kReplacement;
                else
                    out += c;
        }
    }
    return out;
}

}  // namespace carecloud
