#include "model/stream.hpp"

namespace carecloud {
namespace {

// The configuration check allows no names that need other escapes than these two.
void append_quoted(std::string& out, const std::string& text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

}  // namespace

std::string StreamSpec::fingerprint() const {
    std::string out = "{\"entity\":";
    append_quoted(out, entity);
    out += ",\"workspace\":";
    append_quoted(out, workspace_id);
    out += ",\"bucket\":";
    append_quoted(out, bucket_id);
    out += ",\"filter\":" + filter + ",\"fields\":[";
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) out += ',';
        append_quoted(out, fields[i]);
    }
    out += "]}";
    return out;
}

}  // namespace carecloud
