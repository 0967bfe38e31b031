#include "base/ascii.hpp"
#include "runtime/configuration_sections.hpp"
#include "runtime/filter_json.hpp"
#include "runtime/suggest.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kFieldNameMax = 256;

// The documented entities of the portal.
constexpr std::array<std::string_view, 14> kDocumentedEntities{
    "claim_attendance", "claim",       "family",         "family_member", "family_income",
    "family_need",      "family_case", "family_invoice", "provider",      "provider_holiday",
    "provider_payment", "care",        "document",       "note"};

bool is_small(char c) {
    return c >= 'a' && c <= 'z';
}

std::optional<std::string> as_entity(const Field& field) {
    std::optional<std::string> name = as_text(field);
    if (!name) return std::nullopt;
    const bool fit = name->size() <= kNameMax && is_small(name->front()) &&
                     std::all_of(name->begin(), name->end(),
                                 [](char c) { return is_small(c) || is_digit(c) || c == '_'; });
    if (!fit) {
        field.problem(in_quotes(field.node->shown) +
                      " is not an entity name (lowercase letters, digits and '_'); " +
                      suggestion(*name, kDocumentedEntities));
        return std::nullopt;
    }
    if (std::find(kDocumentedEntities.begin(), kDocumentedEntities.end(), *name) ==
        kDocumentedEntities.end()) {
        field.warning(in_quotes(field.node->shown) + " is not a documented entity of the portal; " +
                      suggestion(*name, kDocumentedEntities));
    }
    return name;
}

bool is_field_name(std::string_view name) {
    const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.'; };
    return name.size() <= kFieldNameMax && !is_digit(name.front()) && name.front() != '.' &&
           name.back() != '.' && name.find("..") == std::string_view::npos &&
           std::all_of(name.begin(), name.end(), fits);
}

// MongoDB refuses a projection of a field and of a part of it ("path collision").
bool collide(const std::string& a, const std::string& b) {
    return a.starts_with(b + ".") || b.starts_with(a + ".");
}

void add_field_name(const Field& field, std::vector<std::string>& fields) {
    std::optional<std::string> name = as_text(field);
    if (!name) return;
    if (!is_field_name(*name)) {
        field.problem(in_quotes(field.node->shown) +
                      " is not a field name; use a name such as status or attendance.header");
        return;
    }
    for (const std::string& other : fields) {
        if (other == *name) {
            field.problem(in_quotes(*name) + " is a duplicate; remove it");
            return;
        }
        if (collide(other, *name)) {
            field.problem(in_quotes(*name) + " and " + in_quotes(other) + " overlap; keep the shorter one");
            return;
        }
    }
    fields.push_back(std::move(*name));
}

// Sorted, since their order is irrelevant and must not look like another stream (hazard 14).
std::vector<std::string> read_fields(const Field& field) {
    std::vector<std::string> fields;
    const std::vector<Field> items = as_list(field);
    for (const Field& item : items)
        add_field_name(item, fields);
    const bool all_good = fields.size() == items.size();
    std::erase_if(fields, [](const std::string& name) { return name == "_id" || name == "modified"; });
    if (all_good && fields.empty() && !items.empty()) {
        field.problem("_id and modified are always fetched; add another field, or use [] for whole records");
    }
    std::sort(fields.begin(), fields.end());
    return fields;
}

void read_reconcile(const Field& field, ReconcileSettings& settings) {
    MappingReader reconcile(field);
    if (const auto f = reconcile.find("every")) assign(as_duration(*f, 1min, 366 * 24h), settings.every);
    if (const auto f = reconcile.find("whole_every"))
        assign(as_duration(*f, 1min, 366 * 24h), settings.whole_every);
    if (const auto f = reconcile.find("deep")) assign(as_bool(*f), settings.deep);
    if (const auto f = reconcile.find("stop_above")) assign(as_share(*f), settings.stop_above);
    if (const auto f = reconcile.find("stop_above_count")) {
        assign(as_count(*f, 0, 1'000'000'000'000), settings.stop_above_count);
    }
    reconcile.finish();
}

void read_stream(const Field& field, StreamSettings& settings, std::map<std::string, SourcePosition>& seen) {
    MappingReader stream(field);
    if (const auto f =
            stream.require("entity", "set it to the entity to synchronize, such as claim_attendance")) {
        assign(as_entity(*f), settings.spec.entity);
        const auto [first, is_new] = seen.try_emplace(settings.spec.entity, f->node->position);
        if (!is_new && !settings.spec.entity.empty()) {
            f->problem(in_quotes(f->node->shown) + " already has a stream at line " +
                       std::to_string(first->second.line) + "; keep one stream with a filter for both");
        }
    }
    if (const auto f = stream.find("poll_every")) assign(as_duration(*f, 1s, 24h), settings.poll_every);
    if (const auto f = stream.find("overlap")) assign(as_duration(*f, 0s, 7 * 24h), settings.overlap);
    if (const auto f = stream.find("filter")) assign(filter_json(*f), settings.spec.filter);
    if (const auto f = stream.find("fields")) settings.spec.fields = read_fields(*f);
    if (const auto f = stream.find("reconcile")) read_reconcile(*f, settings.reconcile);
    stream.finish();
}

}  // namespace

void read_streams(const Field& field, const PortalSettings& portal, std::vector<StreamSettings>& streams) {
    const std::vector<Field> items = as_list(field);
    if (items.empty() && field.node->kind == YamlNode::Kind::sequence) {
        field.problem("no streams; add at least '- entity: claim_attendance'");
    }
    std::map<std::string, SourcePosition> seen;
    for (const Field& item : items) {
        StreamSettings settings;
        settings.spec.workspace_id = portal.workspace_id;
        settings.spec.bucket_id = portal.bucket_id;
        read_stream(item, settings, seen);
        streams.push_back(std::move(settings));
    }
}

}  // namespace carecloud
