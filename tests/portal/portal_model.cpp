#include "portal/portal_model.hpp"

#include "portal/raw_json.hpp"

#include <utility>

namespace carecloud {
namespace {

// The entities in the vendor's API documentation.
constexpr const char* kDocumentedEntities[] = {"family",
                                               "family_member",
                                               "family_income",
                                               "family_need",
                                               "family_case",
                                               "family_invoice",
                                               "provider",
                                               "provider_holiday",
                                               "provider_payment",
                                               "care",
                                               "claim",
                                               "claim_attendance",
                                               "document",
                                               "note"};

Error not_a_document(std::string_view entity) {
    return {ErrorCode::invalid_argument, "put a document into " + std::string(entity), "the text",
            "it must be one JSON object"};
}

bool is_json_object(std::string_view raw) {
    const auto first = raw.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && raw[first] == '{' && is_json(raw);
}

std::string id_token_of(std::string_view raw) {
    return std::string(find_field(raw, "_id").value_or(std::string_view{}));
}

}  // namespace

PortalModel::PortalModel(ModelSettings settings) : settings_(std::move(settings)) {
    for (const char* entity : kDocumentedEntities)
        collection_for(entity);
}

void PortalModel::change_settings(ModelSettings settings) {
    const bool retype =
        settings.id_is_oid != settings_.id_is_oid || settings.modified_is_date != settings_.modified_is_date;
    settings_ = std::move(settings);
    ++version_;
    if (!retype) return;
    for (auto& [entity, documents] : entities_)
        documents.retype(settings_.types());
    for (auto& [visible_from, document] : waiting_)
        document.types.reset();
}

PortalCollection& PortalModel::collection_for(std::string_view entity) {
    const auto found = entities_.find(entity);
    if (found != entities_.end()) return found->second;
    return entities_[std::string(entity)];
}

void PortalModel::drop_waiting(std::string_view entity, std::string_view id_token) {
    std::erase_if(waiting_, [&](const auto& entry) {
        return entry.second.id_token == id_token && entry.second.entity == entity;
    });
}

Result<> PortalModel::put(std::string_view entity, std::string raw, std::optional<Timestamp> visible_from,
                          std::optional<FieldTypes> types) {
    if (!is_json_object(raw)) return not_a_document(entity);
    const std::string id_token = id_token_of(raw);
    drop_waiting(entity, id_token);
    if (visible_from && *visible_from > now_) {
        collection_for(entity);
        waiting_.emplace(*visible_from, Waiting{std::string(entity), id_token, std::move(raw), types});
        return {};
    }
    collection_for(entity).put(std::move(raw), types.value_or(settings_.types()));
    ++version_;
    return {};
}

Result<> PortalModel::append(std::string_view entity, std::string raw) {
    if (!is_json_object(raw)) return not_a_document(entity);
    collection_for(entity).append(std::move(raw), settings_.types());
    ++version_;
    return {};
}

bool PortalModel::erase(std::string_view entity, std::string_view id) {
    const std::string id_token = json_quoted(id);
    drop_waiting(entity, id_token);
    const auto found = entities_.find(entity);
    if (found == entities_.end() || !found->second.erase(id_token)) return false;
    ++version_;
    return true;
}

void PortalModel::clear(std::string_view entity) {
    std::erase_if(waiting_, [&](const auto& entry) { return entry.second.entity == entity; });
    collection_for(entity) = PortalCollection();
    ++version_;
}

void PortalModel::hide(std::string_view entity, std::set<std::string, std::less<>> ids, bool filtered_only) {
    holes_[std::string(entity)] = {std::move(ids), filtered_only};
    ++version_;
}

std::optional<std::string> PortalModel::find(std::string_view entity, std::string_view id) const {
    const PortalCollection* documents = collection(entity);
    const PortalDocument* document = documents == nullptr ? nullptr : documents->find(json_quoted(id));
    if (document == nullptr) return std::nullopt;
    return std::string(document->raw());
}

void PortalModel::for_each(std::string_view entity,
                           const std::function<void(const PortalDocument&)>& visit) const {
    const PortalCollection* documents = collection(entity);
    if (documents == nullptr) return;
    for (const PortalDocument* document : documents->by_key())
        visit(*document);
}

const PortalCollection* PortalModel::collection(std::string_view entity) const {
    const auto found = entities_.find(entity);
    return found == entities_.end() ? nullptr : &found->second;
}

std::size_t PortalModel::size(std::string_view entity) const {
    const PortalCollection* documents = collection(entity);
    return documents == nullptr ? 0 : documents->size();
}

std::vector<std::string> PortalModel::entities() const {
    std::vector<std::string> names;
    for (const auto& [entity, documents] : entities_)
        names.push_back(entity);
    return names;
}

void PortalModel::set_now(Timestamp now) {
    if (now <= now_) return;
    now_ = now;
    while (!waiting_.empty() && waiting_.begin()->first <= now_) {
        auto due = waiting_.extract(waiting_.begin());
        Waiting& document = due.mapped();
        collection_for(document.entity)
            .put(std::move(document.raw), document.types.value_or(settings_.types()));
        ++version_;
    }
}

}  // namespace carecloud
