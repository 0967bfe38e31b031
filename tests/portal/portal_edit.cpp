#include "portal/portal_edit.hpp"

#include "portal/raw_json.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr std::uint64_t kGenerateMax = 10'000'000;

Refusal bad(std::string message) {
    return {400, "BadRequest", std::move(message)};
}

std::optional<Json> object_of(std::string_view body) {
    Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return std::nullopt;
    return json;
}

// Reads an unsigned member of `json`; `fallback` if it is absent, std::nullopt if it has another type.
std::optional<std::uint64_t> count_of(const Json& json, const char* name, std::uint64_t fallback) {
    const auto found = json.find(name);
    if (found == json.end()) return fallback;
    if (!found->is_number_unsigned()) return std::nullopt;
    return found->get<std::uint64_t>();
}

std::string text_of(const Json& json, const char* name, const char* fallback) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : fallback;
}

std::vector<std::string> first_ids(const PortalCollection& documents, std::uint64_t count) {
    std::vector<std::string> ids;
    for (const PortalDocument* document : documents.by_key()) {
        if (ids.size() >= count) break;
        ids.emplace_back(document->id_text());
    }
    return ids;
}

}  // namespace

Parsed<EditRequest> parse_edit(std::string_view body, const PortalModel& model) {
    const auto json = object_of(body);
    if (!json) return bad("the body must be a JSON object");
    EditRequest request;
    request.entity = text_of(*json, "entity", "claim_attendance");
    const PortalCollection* documents = model.collection(request.entity);
    if (documents == nullptr) return bad("no such entity: " + request.entity);
    request.keep_modified = json->value("keep_modified", Json(false)) == true;
    request.silent = json->value("silent", Json(false)) == true;
    if (const auto ids = json->find("ids"); ids != json->end()) {
        if (!ids->is_array()) return bad("ids must be an array");
        for (const Json& id : *ids) {
            if (!id.is_string()) return bad("ids must hold strings");
            request.ids.push_back(id.get<std::string>());
        }
        return request;
    }
    const auto count = count_of(*json, "count", 1);
    if (!count) return bad("count must be an unsigned integer");
    request.ids = first_ids(*documents, *count);
    return request;
}

std::size_t apply_edit(PortalModel& model, const EditRequest& request, Edit edit,
                       const std::string& modified) {
    std::size_t changed = 0;
    for (const std::string& id : request.ids) {
        if (edit == Edit::erase) {
            if (model.erase(request.entity, id)) ++changed;
            continue;
        }
        const auto held = model.find(request.entity, id);
        if (!held) continue;
        // Contains the model's version, so each edit produces a different text.
        const std::string comment = json_quoted("touched, " + std::to_string(model.version()));
        std::string raw = edit == Edit::touch ? with_field(*held, "comment", comment)
                                              : with_field(*held, "disabled", "true");
        if (!request.keep_modified) raw = with_field(raw, "modified", json_quoted(modified));
        if (model.put(request.entity, std::move(raw))) ++changed;
    }
    return changed;
}

Parsed<GenerateRequest> parse_generate(std::string_view body, std::uint64_t seed,
                                       const ModelSettings& settings) {
    const auto json = object_of(body);
    if (!json) return bad("the body must be a JSON object");
    GenerateRequest request;
    request.options.seed = seed;
    request.silent = json->value("silent", Json(false)) == true;
    request.options.entity = text_of(*json, "entity", "claim_attendance");
    if (!settings.workspace_id.empty()) request.options.workspace_id = settings.workspace_id;
    if (!settings.bucket_id.empty()) request.options.bucket_id = settings.bucket_id;
    const auto shape = record_shape_from(text_of(*json, "shape", "light"));
    if (!shape) return bad("shape must be light or full");
    request.options.shape = *shape;
    const auto count = count_of(*json, "count", 1);
    const auto batch = count_of(*json, "batch", request.options.batch);
    if (!count || *count > kGenerateMax) return bad("count must be an integer up to 10000000");
    if (!batch || *batch == 0) return bad("batch must be a positive integer");
    request.count = *count;
    request.options.batch = *batch;
    return request;
}

Result<> generate(PortalModel& model, GenerateRequest request, std::uint64_t first, Timestamp now) {
    const std::uint64_t batches = (request.count + request.options.batch - 1) / request.options.batch;
    for (std::uint64_t i = 0; i < request.count; ++i) {
        // Each index is used once, so ids never repeat; `modified` is set per batch of this call.
        const std::uint64_t batches_left = batches - 1 - i / request.options.batch;
        const auto back = static_cast<std::int64_t>(batches_left) * Timestamp::ticks_per_millisecond;
        const std::string modified = Timestamp{now.ticks - back}.to_string();
        const auto put = model.put(request.options.entity, with_field(make_record(request.options, first + i),
                                                                      "modified", json_quoted(modified)));
        if (!put) return put;
    }
    return {};
}

Result<> fill(PortalModel& model, const RecordOptions& options, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto put = model.put(options.entity, make_record(options, i));
        if (!put) return put;
    }
    return {};
}

}  // namespace carecloud
