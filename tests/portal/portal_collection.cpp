#include "portal/portal_collection.hpp"

#include <utility>

namespace carecloud {

bool KeyOrder::operator()(const PortalDocument* a, const PortalDocument* b) const {
    if (const int difference = compare(a->modified_value(), b->modified_value())) return difference < 0;
    if (const int difference = compare(a->id_value(), b->id_value())) return difference < 0;
    return a->number() < b->number();
}

bool KeyOrder::operator()(const PortalDocument* document, const KeyPosition& position) const {
    int difference = compare(document->modified_value(), position.modified);
    if (difference == 0 && position.id != nullptr) difference = compare(document->id_value(), *position.id);
    return position.after ? difference <= 0 : difference < 0;
}

bool KeyOrder::operator()(const KeyPosition& position, const PortalDocument* document) const {
    return !(*this)(document, position);
}

void PortalCollection::put(std::string raw, const FieldTypes& types) {
    std::uint64_t number = next_number_;
    const PortalDocument probe(std::move(raw), 0, types);
    if (const PortalDocument* held = find(probe.id_token())) {
        number = held->number();
        remove(by_number_.find(number));
    } else {
        ++next_number_;
    }
    insert(std::string(probe.raw()), number, types);
}

void PortalCollection::append(std::string raw, const FieldTypes& types) {
    insert(std::move(raw), next_number_++, types);
}

void PortalCollection::insert(std::string raw, std::uint64_t number, const FieldTypes& types) {
    const auto [entry, added] = by_number_.try_emplace(number, std::move(raw), number, types);
    const PortalDocument& document = entry->second;
    by_key_.insert(&document);
    const std::string_view id = document.id_token();
    if (by_id_.contains(id) || id.find('\\') != std::string_view::npos) odd_ids_ = true;
    if (!id.empty()) by_id_.emplace(id, number);
    if (document.has_array_key()) ++array_keys_;
}

void PortalCollection::remove(ByNumber::iterator entry) {
    const PortalDocument& document = entry->second;
    by_key_.erase(&document);
    const auto [first, last] = by_id_.equal_range(document.id_token());
    for (auto known = first; known != last; ++known) {
        if (known->second != document.number()) continue;
        by_id_.erase(known);
        break;
    }
    if (document.has_array_key()) --array_keys_;
    by_number_.erase(entry);
}

bool PortalCollection::erase(std::string_view id_token) {
    const auto known = by_id_.find(id_token);
    if (known == by_id_.end()) return false;
    remove(by_number_.find(known->second));
    return true;
}

const PortalDocument* PortalCollection::find(std::string_view id_token) const {
    const auto known = by_id_.find(id_token);
    return known == by_id_.end() ? nullptr : &by_number_.at(known->second);
}

const PortalDocument* PortalCollection::find_number(std::uint64_t number) const {
    const auto found = by_number_.find(number);
    return found == by_number_.end() ? nullptr : &found->second;
}

void PortalCollection::retype(const FieldTypes& types) {
    by_key_.clear();
    array_keys_ = 0;
    for (auto& [number, document] : by_number_) {
        document.retype(types);
        by_key_.insert(&document);
        if (document.has_array_key()) ++array_keys_;
    }
}

}  // namespace carecloud
