#include "portal/portal_answer.hpp"

#include "portal/raw_json.hpp"

#include <algorithm>

namespace carecloud {
namespace {

constexpr std::size_t kProjectedNestingMax = 200;

// The parts of `json` that the paths lead to, starting with their component `at`; discarded if there are none. Applied
// to each element of an array, as in MongoDB; elements that are not structured are omitted.
Json project(const Json& json, const std::vector<const FieldPath*>& paths, std::size_t at) {
    const bool whole =
        std::any_of(paths.begin(), paths.end(), [&](const FieldPath* path) { return path->size() == at; });
    if (whole) return json;
    if (json.is_array()) {
        Json result = Json::array();
        for (const Json& element : json) {
            if (element.is_structured()) result.push_back(project(element, paths, at));
        }
        return result;
    }
    if (!json.is_object()) return Json(Json::value_t::discarded);
    Json result = Json::object();
    for (const auto& [name, value] : json.items()) {
        std::vector<const FieldPath*> inner;
        for (const FieldPath* path : paths) {
            if ((*path)[at] == name) inner.push_back(path);
        }
        if (inner.empty()) continue;
        Json part = project(value, inner, at + 1);
        if (!part.is_discarded()) result[name] = std::move(part);
    }
    return result;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
    out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":").append(value);
}

void append_keys(const PortalDocument& document, std::string& out) {
    const bool swapped = document.modified_first();
    const std::string_view id = document.id_token();
    const std::string_view modified = document.modified_token();
    out.push_back('{');
    if (swapped) append_member(out, "modified", modified);
    if (!id.empty()) append_member(out, "_id", id);
    if (!swapped && !modified.empty()) append_member(out, "modified", modified);
    out.push_back('}');
}

}  // namespace

PortalProjection::PortalProjection(const std::vector<std::string>& fields) {
    for (const std::string& field : fields)
        paths_.push_back(split_path(field));
    const auto asked = [&](const char* name) {
        return std::find(fields.begin(), fields.end(), name) != fields.end();
    };
    keys_only_ = fields.size() == 2 && asked("_id") && asked("modified");
}

void PortalProjection::append(const PortalDocument& document, std::string& out) const {
    if (paths_.empty()) {
        out.append(document.raw());
        return;
    }
    if (keys_only_) return append_keys(document, out);
    out.push_back('{');
    FieldScanner scanner(document.raw());
    while (const auto field = scanner.next()) {
        std::vector<const FieldPath*> inner;
        bool whole = false;
        for (const FieldPath& path : paths_) {
            if (path.front() != field->name) continue;
            inner.push_back(&path);
            whole = whole || path.size() == 1;
        }
        if (inner.empty()) continue;
        if (whole) {
            append_member(out, field->name, field->value);
        } else if (nesting_of(field->value) <= kProjectedNestingMax) {
            const Json part =
                project(Json::parse(field->value, nullptr, /*allow_exceptions=*/false), inner, 1);
            if (!part.is_discarded()) append_member(out, field->name, part.dump());
        }
    }
    out.push_back('}');
}

std::string answer_head(bool pascal, std::optional<std::size_t> total) {
    std::string head =
        pascal
            ? R"({"IsSuccess":true,"ResponseStatus":{"ErrorCode":"","Message":"","StackTrace":"","Errors":[]})"
            : R"({"isSuccess":true,"responseStatus":{"errorCode":"","message":"","stackTrace":"","errors":[]})";
    if (total) head.append(pascal ? ",\"Total\":" : ",\"total\":").append(std::to_string(*total));
    return head.append(pascal ? ",\"Data\":" : ",\"data\":");
}

std::string refusal_text(bool pascal, std::string_view code, std::string_view message) {
    std::string text = pascal ? R"({"IsSuccess":false,"ResponseStatus":{"ErrorCode":)"
                              : R"({"isSuccess":false,"responseStatus":{"errorCode":)";
    text.append(json_quoted(code))
        .append(pascal ? ",\"Message\":" : ",\"message\":")
        .append(json_quoted(message));
    return text.append(pascal ? ",\"StackTrace\":\"\",\"Errors\":[]}}"
                              : ",\"stackTrace\":\"\",\"errors\":[]}}");
}

std::string gateway_text(std::string_view message) {
    return "{\"message\":" + json_quoted(message) + "}";
}

}  // namespace carecloud
