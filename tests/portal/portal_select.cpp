#include "portal/portal_select.hpp"

#include "portal/raw_json.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace carecloud {
namespace {

using Documents = std::vector<const PortalDocument*>;

// The part of by_key() that can contain matches.
std::pair<PortalCollection::ByKey::const_iterator, PortalCollection::ByKey::const_iterator> key_range(
    const PortalCollection& collection, const KeyBounds& bounds) {
    const auto& by_key = collection.by_key();
    auto first = by_key.begin();
    auto last = by_key.end();
    if (bounds.modified_from) {
        const BsonValue* id = bounds.id_after ? &*bounds.id_after : nullptr;
        first = by_key.lower_bound(KeyPosition{*bounds.modified_from, id, id != nullptr});
    }
    if (bounds.modified_to) last = by_key.lower_bound(KeyPosition{*bounds.modified_to, nullptr, true});
    const bool crossed =
        bounds.modified_from && bounds.modified_to && compare(*bounds.modified_from, *bounds.modified_to) > 0;
    if (crossed) return {last, last};
    return {first, last};
}

// Adds a match to the page, or only to the count. Returns false if no further match is needed.
bool take_match(Selection& selection, const SelectOptions& options, const PortalDocument* document) {
    if (selection.total >= options.skip && selection.documents.size() < options.take) {
        selection.documents.push_back(document);
    }
    ++selection.total;
    return options.count || selection.documents.size() < options.take;
}

Selection walk_by_key(const PortalCollection& collection, const PortalRequest& request,
                      const SelectOptions& options, const KeyBounds& bounds) {
    Selection selection;
    if (options.take == 0 && !options.count) return selection;
    const auto [first, last] = key_range(collection, bounds);
    for (auto at = first; at != last; ++at) {
        if (!request.filter.matches(**at, options.types) || options.hides(**at)) continue;
        if (!take_match(selection, options, *at)) break;
    }
    return selection;
}

// The JSON text of that `_id`, by which a collection finds documents.
std::string token_of(const BsonValue& id) {
    if (id.type == BsonType::string || id.type == BsonType::object_id) return json_quoted(id.text);
    return {};
}

bool all_texts(const std::vector<BsonValue>& ids) {
    return std::all_of(ids.begin(), ids.end(), [](const BsonValue& id) {
        return id.type == BsonType::string || id.type == BsonType::object_id;
    });
}

bool comes_before(const PortalDocument* a, const PortalDocument* b) {
    return a->number() < b->number();
}

// All matches, in insertion order.
Documents gather(const PortalCollection& collection, const PortalRequest& request, const FieldTypes& types,
                 const KeyBounds& bounds, bool by_id) {
    Documents matches;
    const auto consider = [&](const PortalDocument* document) {
        if (document != nullptr && request.filter.matches(*document, types)) matches.push_back(document);
    };
    if (by_id) {
        for (const BsonValue& id : *bounds.ids)
            consider(collection.find(token_of(id)));
    } else if (collection.ordered()) {
        const auto [first, last] = key_range(collection, bounds);
        std::for_each(first, last, consider);
    } else {
        for (const auto& [number, document] : collection.by_number())
            consider(&document);
    }
    std::sort(matches.begin(), matches.end(), comes_before);
    matches.erase(std::unique(matches.begin(), matches.end()), matches.end());
    return matches;
}

// A match with its sort keys, which are views into `parsed`.
struct Row {
    const PortalDocument* document;
    std::vector<std::unique_ptr<Json>> parsed;
    std::vector<BsonValue> keys;
};

// Collects the values at the end of the path. The recursion is as deep as the path is long.
void collect(const Json& json, const FieldPath& path, std::size_t at, FieldType type,
             std::vector<BsonValue>& found) {
    if (json.is_array()) {
        for (const Json& element : json) {
            if (at == path.size())
                found.push_back(bson_value(element, type));
            else if (element.is_object())
                collect(element, path, at, type, found);
        }
    } else if (at == path.size()) {
        found.push_back(bson_value(json, type));
    } else if (json.is_object()) {
        const auto child = json.find(path[at]);
        if (child != json.end()) collect(*child, path, at + 1, type, found);
    }
}

// An array sorts by its smallest element or, in descending order, by its largest.
BsonValue sort_key(Row& row, const SortField& field, const FieldTypes& types) {
    const bool top = field.path.size() == 1 && !row.document->has_array_key();
    if (top && field.path.front() == "_id") return row.document->id_value();
    if (top && field.path.front() == "modified") return row.document->modified_value();
    const auto raw = find_field(row.document->raw(), field.path.front());
    if (!raw) return {};
    row.parsed.push_back(std::make_unique<Json>(Json::parse(*raw, nullptr, /*allow_exceptions=*/false)));
    const FieldType type = field.path.size() == 1 ? types.of(field.path.front()) : FieldType::plain;
    std::vector<BsonValue> found;
    collect(*row.parsed.back(), field.path, 1, type, found);
    if (found.empty()) return {};
    const auto less = [](const BsonValue& a, const BsonValue& b) { return compare(a, b) < 0; };
    return field.descending ? *std::max_element(found.begin(), found.end(), less)
                            : *std::min_element(found.begin(), found.end(), less);
}

void sort_rows(Documents& documents, const std::vector<SortField>& sort, const FieldTypes& types) {
    if (sort.empty()) return;
    std::vector<Row> rows;
    rows.reserve(documents.size());
    for (const PortalDocument* document : documents) {
        Row& row = rows.emplace_back(Row{document, {}, {}});
        for (const SortField& field : sort)
            row.keys.push_back(sort_key(row, field, types));
    }
    std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
        for (std::size_t i = 0; i < sort.size(); ++i) {
            const int difference = compare(a.keys[i], b.keys[i]);
            if (difference != 0) return sort[i].descending ? difference > 0 : difference < 0;
        }
        return false;
    });
    std::transform(rows.begin(), rows.end(), documents.begin(), [](const Row& row) { return row.document; });
}

}  // namespace

Selection select_documents(const PortalCollection& collection, const PortalRequest& request,
                           const SelectOptions& options) {
    const KeyBounds bounds = key_bounds(request.filter);
    const bool by_id = bounds.ids != nullptr && all_texts(*bounds.ids) && collection.ids_exact();
    const bool by_key = !options.ignore_sort && request.by_key() && collection.ordered();
    if (by_key && !by_id) return walk_by_key(collection, request, options, bounds);

    Documents matches = gather(collection, request, options.types, bounds, by_id);
    if (!options.ignore_sort) sort_rows(matches, request.sort, options.types);
    Selection selection;
    for (const PortalDocument* document : matches) {
        if (options.hides(*document)) continue;
        if (!take_match(selection, options, document)) break;
    }
    return selection;
}

}  // namespace carecloud
