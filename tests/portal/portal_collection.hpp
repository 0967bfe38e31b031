// The documents of an entity, accessible by `_id`, in the order of (modified, _id), and in insertion order.
//
// Not thread-safe. Pointers to documents stay valid until that document is replaced or erased.
#pragma once

#include "portal/mongo_filter.hpp"
#include "portal/portal_document.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace carecloud {

// A position in the order of (modified, _id): before everything that is not less than it, or after everything that is
// not greater.
struct KeyPosition {
    BsonValue modified;
    const BsonValue* id = nullptr;  // null: any
    bool after = false;
};

// (modified, _id) in BSON order, then insertion order.
struct KeyOrder {
    using is_transparent = void;
    bool operator()(const PortalDocument* a, const PortalDocument* b) const;
    bool operator()(const PortalDocument* document, const KeyPosition& position) const;
    bool operator()(const KeyPosition& position, const PortalDocument* document) const;
};

class PortalCollection {
  public:
    using ByKey = std::set<const PortalDocument*, KeyOrder>;
    using ByNumber = std::map<std::uint64_t, PortalDocument>;

    // Replaces the document with the same `_id` (it keeps its place in the insertion order), or adds one.
    void put(std::string raw, const FieldTypes& types);
    // Adds a document even if its `_id` exists, unlike a healthy portal.
    void append(std::string raw, const FieldTypes& types);
    // By the JSON text of `_id`. Returns false if there was none.
    bool erase(std::string_view id_token);
    const PortalDocument* find(std::string_view id_token) const;
    const PortalDocument* find_number(std::uint64_t number) const;
    // The portal's types changed: reads all keys again.
    void retype(const FieldTypes& types);

    const ByKey& by_key() const { return by_key_; }
    const ByNumber& by_number() const { return by_number_; }
    std::size_t size() const { return by_number_.size(); }
    // Whether by_key() has MongoDB's sort order.
    bool ordered() const { return array_keys_ == 0; }
    // Whether find() finds all documents whose `_id` is that text: no `_id` occurs twice, is escaped or is an array.
    bool ids_exact() const { return array_keys_ == 0 && !odd_ids_; }

  private:
    void insert(std::string raw, std::uint64_t number, const FieldTypes& types);
    void remove(ByNumber::iterator document);

    ByNumber by_number_;
    ByKey by_key_;
    std::unordered_multimap<std::string_view, std::uint64_t> by_id_;  // keys are views into the documents
    std::uint64_t next_number_ = 0;
    std::size_t array_keys_ = 0;
    bool odd_ids_ = false;
};

}  // namespace carecloud
